import type { PolicySubject } from '../store/policies.ts'
import type { EngineLimits } from './engine-limits.ts'
import type { ObjectNames, Privilege, Restriction } from '../privilege.ts'

/**
 * Rights of one identity, compiled from one read of the store and cached until the policy version changes.
 * Pure data; see `decide.ts`.
 */
export interface Policy {
  readonly version: number
  readonly principalId: string
  /** False when every request of the identity is refused. `shutOut` contains the reason. */
  readonly enabled: boolean
  /**
   * Reason why every request of the identity is refused:
   *
   * - `principal`: the principal was disabled or removed, its sessions were ended, or its access key was removed.
   * - `engine`: the acting engine is not registered, was disabled, or its sessions were ended.
   * - `subject`: the entry of the engine does not allow the engine to act for this principal.
   */
  readonly shutOut: 'principal' | 'engine' | 'subject' | null
  /** Time in epoch ms. Storage access that was issued to the principal or behind the engine at or before it is revoked. */
  readonly storageRevokedBefore: number
  /** Limits of the acting engine. Null when no engine acts. */
  readonly engine: EngineLimits | null
  /** Row of the principal. Null when the principal does not exist. */
  readonly subject: PolicySubject | null
  /** Names of all roles of the principal, including roles that it has through groups and other roles. */
  readonly roles: readonly string[]
  /** Authorizer that is called after grants and ownership allowed an operation. */
  readonly authorizer: Authorizer
  /** Ids of the principal, its groups, and all its roles, including roles through groups and other roles. */
  readonly grantees: ReadonlySet<string>
  /**
   * Bits of the privileges that are granted on each object (see `privilegeBits`), by the id of the object. They include
   * implied privileges.
   */
  readonly grants: ReadonlyMap<string, number>
  /** Restricted grants of `select` on each object, by the id of the object, the oldest first. */
  readonly restrictions: ReadonlyMap<string, readonly HeldRestriction[]>
  /**
   * Ids of warehouses and namespaces that contain an object on which the principal has a grant. The principal may see
   * the names of these warehouses and namespaces, but has no right on them.
   */
  readonly passage: ReadonlySet<string>
}

/** Restriction that a principal has by a grant. */
export interface HeldRestriction extends Restriction {
  /** Name of the role that has the grant. Null: the principal or one of its groups has it. */
  readonly role: string | null
}

/**
 * Removes privileges that grants give. It never adds privileges. It receives the policy of the caller and the names of
 * the object, so it needs only data in memory. A list of objects and a look-up of one object therefore have the same
 * result.
 */
export interface Authorizer {
  /** True when the authorizer can remove privileges. When false, lists do not call it. */
  readonly narrows: boolean
  /**
   * Returns the bits that remain on an object. When a privilege is removed, all privileges that imply it are removed
   * too.
   */
  narrow(caller: Policy, object: ObjectNames, bits: number): number
  /**
   * Returns the names of the rules that remove a privilege. Returns an empty list if no rule permits the privilege, and
   * null if the privilege remains.
   */
  forbidding(caller: Policy, object: ObjectNames, privilege: Privilege): readonly string[] | null
}
