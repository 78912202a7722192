import type { Decision } from './decision.ts'
import type { Policy } from './policy.ts'
import { type Chain, type Privilege, serverId } from './privilege.ts'
import { holds, privilegeBits } from './privilege-bits.ts'

/** The server itself as the place of a decision: nothing stands above it and nobody owns it. */
export const serverChain: Chain = { ids: [serverId], owners: [] }

/**
 * May the caller do what needs `privilege` on the object at the head of `chain`?
 *
 * - `allow`: a grant of it on the object or anything above, or an owner among them.
 * - `deny`: the object may be seen but this may not be done (403, the privilege may be named).
 * - `hide`: the object may not even be seen; answer as if it did not exist (404).
 *
 * Pure. The decision holds the policy version it was made under: a write checks it again when it happens.
 *
 * @example
 * ```ts
 * const decision = decide(call.policy, { ids: [table.id, namespace.id, warehouse.id], owners: [table.ownerId] }, 'select')
 * ```
 */
export function decide(policy: Policy, chain: Chain, privilege: Privilege): Decision {
  const bits = bitsOn(policy, chain)
  if (holds(bits, privilege)) return { outcome: 'allow', privilege, policyVersion: policy.version }
  const outcome = holds(bits, 'use') || passes(policy, chain) ? 'deny' : 'hide'
  return { outcome, privilege, policyVersion: policy.version }
}

/**
 * As `decide` for `use`, but it is enough that something below the object may be used: whoever may read one table must
 * be able to get through its warehouse and namespaces, and sees nothing there but the way.
 */
export function decidePassage(policy: Policy, chain: Chain): Decision {
  const outcome = visible(policy, chain) ? 'allow' : 'hide'
  return { outcome, privilege: 'use', policyVersion: policy.version }
}

/** True when the caller may know that the object exists. */
export function visible(policy: Policy, chain: Chain): boolean {
  return holds(bitsOn(policy, chain), 'use') || passes(policy, chain)
}

/** All privileges the caller has on the object at the head of `chain`, as bits. */
export function bitsOn(policy: Policy, chain: Chain): number {
  if (!policy.enabled) return 0
  if (chain.owners.includes(policy.principalId)) return privilegeBits.manage
  let bits = policy.grants.get(serverId) ?? 0
  for (const id of chain.ids) bits |= policy.grants.get(id) ?? 0
  return bits
}

function passes(policy: Policy, chain: Chain): boolean {
  const [id] = chain.ids
  return policy.enabled && id !== undefined && policy.passage.has(id)
}

/** Which objects directly below something a list may show. */
export type ListFilter =
  | { readonly all: true }
  /** Only the objects with one of these ids and those owned by the principal. */
  | { readonly all: false; readonly principalId: string; readonly ids: readonly string[] }

/**
 * What a list of the objects below the head of `chain` may show, for SQL. For warehouses, pass `serverChain`.
 * It shows exactly the objects for which `visible` is true.
 */
export function listFilter(policy: Policy, chain: Chain): ListFilter {
  if (holds(bitsOn(policy, chain), 'use')) return { all: true }
  // Nobody owns anything as the server's id, so a disabled principal sees not even what it owns.
  if (!policy.enabled) return { all: false, principalId: serverId, ids: [] }
  return { all: false, principalId: policy.principalId, ids: visibleIds(policy) }
}

const visibleIdsOf = new WeakMap<Policy, readonly string[]>()

/** The same array for the same policy: a list may be asked for many times while it lives. */
function visibleIds(policy: Policy): readonly string[] {
  const known = visibleIdsOf.get(policy)
  if (known) return known
  const ids = [...new Set([...policy.grants.keys(), ...policy.passage])]
  visibleIdsOf.set(policy, ids)
  return ids
}
