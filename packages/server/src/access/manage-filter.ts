import { bitsOn, grantedBits, mayHold } from './decide.ts'
import type { Policy } from './policy.ts'
import { holds } from './privilege-bits.ts'
import type { Chain } from '../privilege.ts'

/** Which objects a list shows: all, or those that have one of these ids or owners on their way up. */
export interface ManageFilter {
  readonly ids: readonly string[] | null
  readonly owners: readonly string[]
}

/** Returns the filter for objects below the head of `chain` on which the grants allow `manage`; see `managedIn`. */
export function manageFilter(policy: Policy, chain: Chain): ManageFilter {
  if (holds(grantedBits(policy, chain), 'manage')) return { ids: null, owners: [] }
  if (!mayHold(policy, chain, 'manage')) return { ids: [], owners: [] }
  const ids = [...policy.grants].filter(([, bits]) => holds(bits, 'manage')).map(([id]) => id)
  return { ids, owners: [policy.principalId] }
}

/** Returns the filter of the authorizer for the objects that such a list contains. Null: it contains all of them. */
export function managedIn<Row>(policy: Policy, chainOf: (row: Row) => Chain): ((row: Row) => boolean) | null {
  if (!policy.authorizer.narrows) return null
  return (row) => holds(bitsOn(policy, chainOf(row)), 'manage')
}
