import type { HeldGrantRow, MembershipRow } from '../store/explanations.ts'
import { bitsOn, ownBitsOn } from './decide.ts'
import type { Policy } from './policy.ts'
import { bitsGrantedOn, holds, isOwners, privilegesIn } from './privilege-bits.ts'
import type { Chain, Privilege } from './privilege.ts'

/** What gives a right on an object: being its owner, or a grant to the principal, a group it is in or a role it has. */
export interface Reason {
  /** The object that it is about: the one that was asked for, or one above it. */
  readonly on: string
  /** Null: the principal owns it. */
  readonly grant: HeldGrantRow | null
  /** The groups and roles by which the principal has it, from its own to the one that was granted it. */
  readonly through: readonly MembershipRow[]
}

export interface Explanation {
  /** All that gives anything here, what is nearest to the object first. */
  readonly reasons: readonly Reason[]
  /** What decides: the nearest of those that suffice. Null: nothing does. */
  readonly deciding: Reason | null
  /** What the principal may do here, whoever acts for it. */
  readonly own: readonly Privilege[]
  /** The same within the limits of the engine, as far as the authorizer leaves it. */
  readonly effective: readonly Privilege[]
}

/**
 * Why `decide` says what it says. Pure, and only about what `decide` looks at: grants to whom the policy does not know are
 * not counted.
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
  const ways = waysOf(policy, known.memberships)
  const distance = new Map(known.order.map((id, index) => [id, index]))
  const reasons = [
    ...known.owned.map((on): Reason => ({ on, grant: null, through: [] })),
    ...known.grants.flatMap((grant): Reason[] => {
      const through = ways.get(grant.granteeId)
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

/** The shortest way from the principal to each grantee of its policy. */
export function waysOf(
  { principalId, grantees }: Policy,
  memberships: readonly MembershipRow[],
): ReadonlyMap<string, readonly MembershipRow[]> {
  const ways = new Map<string, readonly MembershipRow[]>([[principalId, []]])
  // A map is walked in the order of its entries, those that are added meanwhile included: nearer ones come first.
  for (const [id, way] of ways) {
    for (const step of memberships) {
      if (step.memberId === id && !ways.has(step.id) && grantees.has(step.id))
        ways.set(step.id, [...way, step])
    }
  }
  return ways
}
