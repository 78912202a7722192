/**
 * What one identity may do, compiled: read from the store once, kept until the policy version moves.
 * Pure data; see `decide.ts`.
 */
export interface Policy {
  readonly version: number
  readonly principalId: string
  /** False: the principal was disabled or removed; nothing is allowed. */
  readonly enabled: boolean
  /** The principal and every role it has, directly or through roles. */
  readonly grantees: ReadonlySet<string>
  /** Securable id -> bit set of the privileges held there (see `privilegeBits`), implied ones included. */
  readonly grants: ReadonlyMap<string, number>
  /** Warehouses and namespaces that are ancestors of something granted: their names may be seen, nothing more. */
  readonly passage: ReadonlySet<string>
}
