import { bitsOn, grantedBits, mayHold } from './decide.ts'
import type { Policy } from './policy.ts'
import { holds } from './privilege-bits.ts'
import type { Chain, Privilege } from '../privilege.ts'

/**
 * Filter for the objects of a list. With `ids` null it matches all objects. Otherwise it matches an object if the
 * object itself or an object above it has one of the `ids` or one of the `owners`.
 */
export interface ManageFilter {
  readonly ids: readonly string[] | null
  readonly owners: readonly string[]
}

/**
 * Returns the filter for the objects below the head of `chain` on which the caller has `manage` by grants or ownership.
 * The authorizer is not called; `managedIn` does that.
 */
export function manageFilter(policy: Policy, chain: Chain): ManageFilter {
  return filterBelow(policy, chain, 'manage')
}

/**
 * Returns the filter for the objects below the head of `chain` on which the caller has the privilege by grants or
 * ownership.
 */
export function filterBelow(policy: Policy, chain: Chain, privilege: Privilege): ManageFilter {
  if (holds(grantedBits(policy, chain), privilege)) return { ids: null, owners: [] }
  if (!mayHold(policy, chain, privilege)) return { ids: [], owners: [] }
  const ids = [...policy.grants].filter(([, bits]) => holds(bits, privilege)).map(([id]) => id)
  return { ids, owners: [policy.principalId] }
}

/**
 * Returns a function that tells whether the caller has `manage` on a row when the authorizer is applied too. Returns
 * null when the authorizer removes no privileges.
 */
export function managedIn<Row>(policy: Policy, toChain: (row: Row) => Chain): ((row: Row) => boolean) | null {
  if (!policy.authorizer.narrows) return null
  return (row) => holds(bitsOn(policy, toChain(row)), 'manage')
}
