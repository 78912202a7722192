import { bitsOn, grantedBits, mayHold } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import { holds } from '../access/privilege-bits.ts'
import type { Chain } from '../access/privilege.ts'

/** Which objects a list shows: all, or those that have one of these ids or owners on their way up. */
export interface ManageFilter {
  readonly ids: readonly string[] | null
  readonly owners: readonly string[]
}

/** What the grants give the caller `manage` on, among what lies below the head of `chain`; see `managedIn`. */
export function manageFilter(policy: Policy, chain: Chain): ManageFilter {
  if (holds(grantedBits(policy, chain), 'manage')) return { ids: null, owners: [] }
  if (!mayHold(policy, chain, 'manage')) return { ids: [], owners: [] }
  const ids = [...policy.grants].filter(([, bits]) => holds(bits, 'manage')).map(([id]) => id)
  return { ids, owners: [policy.principalId] }
}

/** Which of the objects with such grants the caller may manage, as the authorizer says; null: all of them. */
export function managedIn<Row>(policy: Policy, chainOf: (row: Row) => Chain): ((row: Row) => boolean) | null {
  if (!policy.authorizer.narrows) return null
  return (row) => holds(bitsOn(policy, chainOf(row)), 'manage')
}
