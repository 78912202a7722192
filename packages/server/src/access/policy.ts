import type { PolicySubject } from '../store/policies.ts'
import type { Authorizer } from './authorizer.ts'
import type { EngineLimits } from './engine-limits.ts'

/**
 * What one identity may do, compiled: read from the store once, kept until the policy version moves.
 * Pure data; see `decide.ts`.
 */
export interface Policy {
  readonly version: number
  readonly principalId: string
  /** False: nothing is allowed, for the reason in `shutOut`. */
  readonly enabled: boolean
  /**
   * `principal`: it was disabled, removed, or its sessions were stopped. `engine`: the one that acts for it is not
   * registered, or that was done to it. `subject`: the engine's entry does not let it act for this principal.
   */
  readonly shutOut: 'principal' | 'engine' | 'subject' | null
  /** What the engine that calls may reach at most, for itself and for others; null: no engine has a part in it. */
  readonly engine: EngineLimits | null
  /** Null: there is no such principal. */
  readonly subject: PolicySubject | null
  /** Names of the roles it has, directly, through groups or through roles. */
  readonly roles: readonly string[]
  /** Has the last word. */
  readonly authorizer: Authorizer
  /** The principal, its groups, and every role it has, directly, through groups or through roles. */
  readonly grantees: ReadonlySet<string>
  /** Securable id -> bit set of the privileges held there (see `privilegeBits`), implied ones included. */
  readonly grants: ReadonlyMap<string, number>
  /** Warehouses and namespaces that are ancestors of something granted: their names may be seen, nothing more. */
  readonly passage: ReadonlySet<string>
}
