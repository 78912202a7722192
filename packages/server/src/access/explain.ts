import type { HeldGrantRow, MembershipRow } from '../store/explanations.ts'
import { bitsOn, ownBitsOn } from './decide.ts'
import type { Policy } from './policy.ts'
import { bitsGrantedOn, holds, isOwners, privilegesIn } from './privilege-bits.ts'
import type { Chain, Privilege } from '../privilege.ts'

/**
 * Reason why a principal has a privilege: it owns an object, or a grant on the object names it or one of its groups and
 * roles.
 */
export interface Reason {
  /** Id of the object that is owned or granted: the requested object, or an object above it. */
  readonly on: string
  /** The grant. Null when the reason is ownership. */
  readonly grant: HeldGrantRow | null
  /**
   * Memberships that connect the principal with the grantee: the first is a group or role of the principal, the last is
   * the grantee. Empty for ownership and direct grants.
   */
  readonly through: readonly MembershipRow[]
}

export interface Explanation {
  /**
   * All grants and ownerships that give rights on the object. Those on the object itself come before those on objects
   * above it.
   */
  readonly reasons: readonly Reason[]
  /**
   * Grant or ownership, on the nearest object, that is sufficient for the requested privilege. Null when none is
   * sufficient.
   */
  readonly deciding: Reason | null
  /** Privileges that the principal holds by grants and ownership. The limits of an engine are not applied. */
  readonly own: readonly Privilege[]
  /** Privileges that remain after the limits of the engine and the authorizer are applied. */
  readonly effective: readonly Privilege[]
}

/**
 * Explains a decision of `decide`: which grants and ownerships lead to which privileges of the principal. Pure. Like
 * `decide`, it ignores grants to principals, groups and roles that are not in the policy.
 *
 * @param order ids of the objects of the privilege chain, from the object to the server
 */
export function explain(
  policy: Policy,
  chain: Chain,
  privilege: Privilege,
  known: {
    readonly order: readonly string[]
    readonly owned: readonly string[]
    readonly grants: readonly HeldGrantRow[]
    readonly memberships: readonly MembershipRow[]
  },
): Explanation {
  const paths = findMembershipPaths(policy, known.memberships)
  const distance = new Map(known.order.map((id, index) => [id, index]))
  const reasons = [
    ...known.owned.map((on): Reason => ({ on, grant: null, through: [] })),
    ...known.grants.flatMap((grant): Reason[] => {
      const through = paths.get(grant.granteeId)
      return through === undefined ? [] : [{ on: grant.securableId, grant, through }]
    }),
  ].toSorted(
    (a, b) =>
      (distance.get(a.on) ?? 0) - (distance.get(b.on) ?? 0) ||
      Number(a.grant !== null) - Number(b.grant !== null) ||
      a.through.length - b.through.length,
  )
  return {
    reasons,
    deciding: reasons.find((reason) => suffices(reason, privilege)) ?? null,
    own: policy.enabled ? privilegesIn(ownBitsOn(policy, chain)) : [],
    effective: privilegesIn(bitsOn(policy, chain)),
  }
}

function suffices({ grant }: Reason, privilege: Privilege): boolean {
  if (grant === null) return isOwners(privilege)
  if (grant.restriction !== null) return privilege === 'use'
  return holds(bitsGrantedOn(grant.securableId, [grant.privilege]), privilege)
}

/** Returns the shortest path of memberships from the principal to each grantee of its policy. */
export function findMembershipPaths(
  { principalId, grantees }: Policy,
  memberships: readonly MembershipRow[],
): ReadonlyMap<string, readonly MembershipRow[]> {
  const paths = new Map<string, readonly MembershipRow[]>([[principalId, []]])
  // The loop also visits entries that it adds, in their order, so it finds the shortest path to each grantee first.
  for (const [id, path] of paths) {
    for (const step of memberships) {
      if (step.memberId === id && !paths.has(step.id) && grantees.has(step.id))
        paths.set(step.id, [...path, step])
    }
  }
  return paths
}
