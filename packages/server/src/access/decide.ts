import type { Decision } from './decision.ts'
import type { Policy } from './policy.ts'
import type { Chain, ObjectNames, Privilege } from '../privilege.ts'
import { serverId } from '../reserved-ids.ts'
import { everyBit, holds, privilegeBits } from './privilege-bits.ts'

/** Chain of the server: no object contains it, and it has no owner. */
export const serverChain: Chain = {
  ids: [serverId],
  owners: [],
  names: { warehouse: null, namespace: null, relation: null },
}

/**
 * Decides whether the caller may do what needs `privilege` on the object at the head of `chain`.
 *
 * - `allow`: a grant of it on the object or anything above, or an owner among them.
 * - `deny`: the object may be seen but this may not be done (403, the privilege may be named).
 * - `hide`: the object may not even be seen; answer as if it did not exist (404).
 *
 * Pure. The decision holds the policy version it was made under: a write checks it again when it happens.
 *
 * @example
 * ```ts
 * const decision = decide(call.policy, relationChain(above, table.id, table.ownerId, table), 'select')
 * ```
 */
export function decide(policy: Policy, chain: Chain, privilege: Privilege): Decision {
  const bits = bitsOn(policy, chain, privilege)
  if (holds(bits, privilege)) return { outcome: 'allow', privilege, policyVersion: policy.version }
  const seen = holds(bits, 'use') || visible(policy, chain)
  const refusal: Decision = { outcome: seen ? 'deny' : 'hide', privilege, policyVersion: policy.version }
  if (holds(grantedBits(policy, chain), privilege)) {
    const forbiddenBy = policy.authorizer.forbidding(policy, chain.names, privilege)
    return forbiddenBy === null ? refusal : { ...refusal, forbiddenBy }
  }
  if (policy.engine === null || !holds(ownBitsOn(policy, chain), privilege)) return refusal
  return { ...refusal, limitedBy: policy.engine.name }
}

/**
 * Decides `use` like `decide`, but a right on an object below is enough: a caller that may read one table must pass
 * through its warehouse and namespaces, and sees nothing else there.
 */
export function decidePassage(policy: Policy, chain: Chain): Decision {
  const outcome = visible(policy, chain) ? 'allow' : 'hide'
  return { outcome, privilege: 'use', policyVersion: policy.version }
}

/**
 * Decides whether the caller may read the configuration of the warehouse at the head of `chain`. It may if it may see
 * the warehouse. So may an engine that starts: it may act there for users that it does not know yet.
 */
export function decideConfig(policy: Policy, chain: Chain): Decision {
  const starting = policy.engine?.alone === true && policy.engine.firstCalls !== 'deny'
  const may = visible(policy, chain) || (starting && reaches(policy, chain) && isShown(policy, chain))
  return { outcome: may ? 'allow' : 'hide', privilege: 'use', policyVersion: policy.version }
}

/** Returns true when the caller has `manage` on the server: it may list principals and learn their state. */
export function managesServer(policy: Policy): boolean {
  return decide(policy, serverChain, 'manage').outcome === 'allow'
}

/** Returns true when the caller may know that the object exists. */
export function visible(policy: Policy, chain: Chain): boolean {
  return (holds(grantedBits(policy, chain), 'use') || passes(policy, chain)) && isShown(policy, chain)
}

/** Returns true when the authorizer lets the caller know of the object, if the grants do. */
function isShown(policy: Policy, { names }: Chain): boolean {
  return policy.authorizer.narrow(policy, names, privilegeBits.use) !== 0
}

/**
 * Returns the privileges that the caller has on the object at the head of `chain`, as bits: those of the user, within
 * the limits of the engine and of the authorizer.
 *
 * @param sought only this one and what it implies; default: all
 */
export function bitsOn(policy: Policy, chain: Chain, sought?: Privilege): number {
  const granted = grantedBits(policy, chain) & (sought === undefined ? everyBit : privilegeBits[sought])
  return granted === 0 ? 0 : policy.authorizer.narrow(policy, chain.names, granted)
}

/** Returns the bits that the grants allow the caller: those of the user, within the limits of the engine. */
export function grantedBits(policy: Policy, chain: Chain): number {
  if (!reaches(policy, chain)) return 0
  return ownBitsOn(policy, chain) & (policy.engine?.bits ?? everyBit)
}

/**
 * Returns the bits that the principal holds on the object without the limits of an engine: as an owner, and by grants.
 */
export function ownBitsOn(policy: Policy, chain: Chain): number {
  let bits = policy.grants.get(serverId) ?? 0
  if (chain.owners.includes(policy.principalId)) bits |= privilegeBits.manage
  for (const id of chain.ids) bits |= policy.grants.get(id) ?? 0
  return bits
}

function passes(policy: Policy, chain: Chain): boolean {
  const [id] = chain.ids
  return id !== undefined && policy.passage.has(id) && reaches(policy, chain) && mayUse(policy)
}

/**
 * Returns false for a disabled principal and outside the warehouses of the engine. What is above the warehouses is
 * beyond them.
 */
function reaches({ enabled, engine }: Policy, chain: Chain): boolean {
  if (!enabled) return false
  const within = engine?.warehouses ?? null
  return within === null || within.has(chain.ids.at(-1) ?? '')
}

/** Returns false when the caller cannot hold the privilege on any object below the head of `chain`, with any grants. */
export function mayHold(policy: Policy, chain: Chain, privilege: Privilege): boolean {
  return reaches(policy, chain) && holds(policy.engine?.bits ?? everyBit, privilege)
}

function mayUse({ engine }: Policy): boolean {
  return engine === null || holds(engine.bits, 'use')
}

/** Which objects directly below something a list may show. */
export type ListFilter = (
  | { readonly all: true }
  /** Only the objects with one of these ids and those owned by the principal. */
  | { readonly all: false; readonly principalId: string; readonly ids: readonly string[] }
) & {
  /** Ids of the warehouses that a list of warehouses is limited to. Null: no limit. */
  readonly within: readonly string[] | null
}

/**
 * Returns the objects directly below the head of `chain` that a list may show, as a filter for SQL. For warehouses,
 * pass `serverChain`. It shows exactly the objects for which `visible` is true, and those that only an authorizer
 * hides: see `shownIn`.
 */
export function listFilter(policy: Policy, chain: Chain): ListFilter {
  const warehouses = chain.ids.at(-1) === serverId
  const within = warehouses && policy.engine?.warehouses ? [...policy.engine.warehouses] : null
  // No object has the server's id as its owner, so a disabled principal does not even see the objects that it owns.
  if (!policy.enabled || !mayUse(policy) || !(warehouses || reaches(policy, chain)))
    return { all: false, principalId: serverId, ids: [], within }
  if (holds(ownBitsOn(policy, chain), 'use')) return { all: true, within }
  return { all: false, principalId: policy.principalId, ids: visibleIds(policy), within }
}

const visibleIdsByPolicy = new WeakMap<Policy, readonly string[]>()

/** Returns the same array for the same policy, because lists may be requested many times. */
function visibleIds(policy: Policy): readonly string[] {
  const known = visibleIdsByPolicy.get(policy)
  if (known) return known
  const ids = [...new Set([...policy.grants.keys(), ...policy.passage])]
  visibleIdsByPolicy.set(policy, ids)
  return ids
}

/**
 * Returns the filter of the authorizer for objects that the grants show in a list. Null: it shows all of them, so no
 * row must be tested.
 */
export function shownIn<Row>(
  policy: Policy,
  namesOf: (row: Row) => ObjectNames,
): ((row: Row) => boolean) | null {
  const { authorizer } = policy
  if (!authorizer.narrows) return null
  return (row) => authorizer.narrow(policy, namesOf(row), privilegeBits.use) !== 0
}
