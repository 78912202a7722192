import type { HeldGrantRow, MembershipRow } from '../store/explanations.ts'
import { bitsOn, ownBitsOn } from './decide.ts'
import type { Policy } from './policy.ts'
import { bitsGrantedOn, holds, isOwners, privilegesIn } from './privilege-bits.ts'
import type { Chain, Privilege } from '../privilege.ts'

/** Ownership of an object, or a grant on it to the principal, a group or a role. */
export interface Reason {
  /** The object that it is about: the one that was asked for, or one above it. */
  readonly on: string
  /** Null: the principal owns it. */
  readonly grant: HeldGrantRow | null
  /** The groups and roles by which the principal has it, from its own to the one that was granted it. */
  readonly through: readonly MembershipRow[]
}

export interface Explanation {
  /** All reasons for rights on the object; those that are nearest to the object come first. */
  readonly reasons: readonly Reason[]
  /** Nearest of the reasons that are sufficient. Null: nothing does. */
  readonly deciding: Reason | null
  /** Privileges of the principal, without the limits of an engine. */
  readonly own: readonly Privilege[]
  /** Privileges within the limits of the engine and of the authorizer. */
  readonly effective: readonly Privilege[]
}

/**
 * Explains the result of `decide`. Pure, and only about what `decide` looks at: grants to whom the policy does not know
 * are not counted.
 *
 * @param order ids from the object to the server
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
  return holds(bitsGrantedOn(grant.securableId, [grant.privilege]), privilege)
}

/** Returns the shortest path of memberships from the principal to each grantee of its policy. */
export function findMembershipPaths(
  { principalId, grantees }: Policy,
  memberships: readonly MembershipRow[],
): ReadonlyMap<string, readonly MembershipRow[]> {
  const paths = new Map<string, readonly MembershipRow[]>([[principalId, []]])
  // The loop also visits entries that it adds, in their order, so shorter paths come first.
  for (const [id, path] of paths) {
    for (const step of memberships) {
      if (step.memberId === id && !paths.has(step.id) && grantees.has(step.id))
        paths.set(step.id, [...path, step])
    }
  }
  return paths
}
