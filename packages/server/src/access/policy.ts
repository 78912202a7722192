import type { PolicySubject } from '../store/policies.ts'
import type { EngineLimits } from './engine-limits.ts'
import type { ObjectNames, Privilege } from '../privilege.ts'

/**
 * Rights of one identity, compiled from one read of the store and cached until the policy version changes.
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
  /** Limits of the acting engine. Null: no engine acts. */
  readonly engine: EngineLimits | null
  /** Null: there is no such principal. */
  readonly subject: PolicySubject | null
  /** Names of the roles it has, directly, through groups or through roles. */
  readonly roles: readonly string[]
  /** Decides last. */
  readonly authorizer: Authorizer
  /** The principal, its groups, and every role it has, directly, through groups or through roles. */
  readonly grantees: ReadonlySet<string>
  /** Securable id -> bit set of the privileges held there (see `privilegeBits`), implied ones included. */
  readonly grants: ReadonlyMap<string, number>
  /** Warehouses and namespaces that are ancestors of something granted: their names may be seen, nothing more. */
  readonly passage: ReadonlySet<string>
}

/**
 * Restricts what grants allow: it may remove privileges, never add any. It receives the caller as a policy and objects
 * by their names, so it needs only data in memory, and a list and a single look-up of an object have the same result.
 */
export interface Authorizer {
  /** Whether it may remove privileges. If not, lists skip it. */
  readonly narrows: boolean
  /**
   * Returns the privileges, as bits, that remain on an object. Without a privilege, all that imply it are removed too.
   */
  narrow(caller: Policy, object: ObjectNames, bits: number): number
  /**
   * Returns the names of the rules that remove a privilege; an empty list if no rule permits it; null if it remains.
   */
  forbidding(caller: Policy, object: ObjectNames, privilege: Privilege): readonly string[] | null
}
