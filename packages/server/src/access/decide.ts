import type { Decision } from './decision.ts'
import type { Policy } from './policy.ts'
import type { Chain, ObjectNames, Privilege } from '../privilege.ts'
import { serverId } from '../reserved-ids.ts'
import { everyBit, holds, privilegeBits } from './privilege-bits.ts'

/** Privilege chain that contains only the server. No object contains the server, and it has no owner. */
export const serverChain: Chain = {
  ids: [serverId],
  owners: [],
  names: { warehouse: null, namespace: null, relation: null },
}

/**
 * Decides whether the caller holds `privilege` on the first object of `chain`.
 *
 * - `allow`: the caller has a grant on the object or on an object above it, or owns one of them.
 * - `deny`: the caller may see the object but lacks the privilege (403; the message may name the privilege).
 * - `hide`: the caller may not see the object (404, as if the object did not exist).
 *
 * Pure. The decision contains the version of the policy that it was made with. A write verifies that this version is
 * still current.
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
 * Decides whether the caller has `use` on an object, as `decide` does, but a right on an object below it is also
 * sufficient. A caller that may read one table must be able to pass through its warehouse and namespaces, but it sees
 * no other object in them.
 */
export function decidePassage(policy: Policy, chain: Chain): Decision {
  const outcome = visible(policy, chain) ? 'allow' : 'hide'
  return { outcome, privilege: 'use', policyVersion: policy.version }
}

/**
 * Decides whether the caller may read the configuration of the warehouse at the head of `chain`. A caller that may see
 * the warehouse may read it. An engine that calls without a user may read it too, because it needs the configuration
 * before its first user calls.
 */
export function decideConfig(policy: Policy, chain: Chain): Decision {
  const starting = policy.engine?.alone === true && policy.engine.firstCalls !== 'deny'
  const may = visible(policy, chain) || (starting && reaches(policy, chain) && isShown(policy, chain))
  return { outcome: may ? 'allow' : 'hide', privilege: 'use', policyVersion: policy.version }
}

/**
 * Returns true when the caller has `manage` on the server. It may then list principals and see whether they are
 * disabled.
 */
export function managesServer(policy: Policy): boolean {
  return decide(policy, serverChain, 'manage').outcome === 'allow'
}

/** Returns true when the caller may see that the object exists. */
export function visible(policy: Policy, chain: Chain): boolean {
  return (holds(grantedBits(policy, chain), 'use') || passes(policy, chain)) && isShown(policy, chain)
}

/** Returns true when the authorizer does not hide the object from the caller. Grants are not checked here. */
function isShown(policy: Policy, { names }: Chain): boolean {
  return policy.authorizer.narrow(policy, names, privilegeBits.use) !== 0
}

/**
 * Returns the privileges that the caller has on the object at the head of `chain`, as bits. These are the privileges of
 * the user, without those that the limits of the engine or the authorizer remove.
 *
 * @param sought limits the result to this privilege and those that it implies. Default: all privileges
 */
export function bitsOn(policy: Policy, chain: Chain, sought?: Privilege): number {
  const granted = grantedBits(policy, chain) & (sought === undefined ? everyBit : privilegeBits[sought])
  return granted === 0 ? 0 : policy.authorizer.narrow(policy, chain.names, granted)
}

/**
 * Returns, as bits, the privileges that the user has by grants and ownership, without those that the limits of the
 * engine remove. The authorizer is not called.
 */
export function grantedBits(policy: Policy, chain: Chain): number {
  if (!reaches(policy, chain)) return 0
  return ownBitsOn(policy, chain) & (policy.engine?.bits ?? everyBit)
}

/**
 * Returns the bits of the privileges that the principal holds on the object by ownership and grants. The limits of an
 * engine are not applied.
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
 * Returns false when the principal is disabled, or when the object is outside the warehouses that the entry of the
 * engine lists. The server is not in a warehouse, so the result for the server is also false when the entry lists
 * warehouses.
 */
function reaches({ enabled, engine }: Policy, chain: Chain): boolean {
  if (!enabled) return false
  const within = engine?.warehouses ?? null
  return within === null || within.has(chain.ids.at(-1) ?? '')
}

/** Returns false when no grant can give the caller the privilege on any object below the head of `chain`. */
export function mayHold(policy: Policy, chain: Chain, privilege: Privilege): boolean {
  return reaches(policy, chain) && holds(policy.engine?.bits ?? everyBit, privilege)
}

function mayUse({ engine }: Policy): boolean {
  return engine === null || holds(engine.bits, 'use')
}

/**
 * Filter that selects which objects of a list the caller may see. The list contains the objects directly below one
 * object, such as the tables of a namespace.
 */
export type ListFilter = (
  | { readonly all: true }
  /** The list shows only the objects with one of these ids, and the objects that the principal owns. */
  | { readonly all: false; readonly principalId: string; readonly ids: readonly string[] }
) & {
  /** Ids of the only warehouses that a list of warehouses may show, or null when the caller has no such limit. */
  readonly within: readonly string[] | null
}

/**
 * Returns an SQL filter for the objects directly below the head of `chain` that a list may show. For warehouses, pass
 * `serverChain`. The filter matches every object for which `visible` is true. It also matches objects that only an
 * authorizer hides; `shownIn` removes them.
 */
export function listFilter(policy: Policy, chain: Chain): ListFilter {
  const warehouses = chain.ids.at(-1) === serverId
  const within = warehouses && policy.engine?.warehouses ? [...policy.engine.warehouses] : null
  // A disabled principal must not see objects that it owns. No object has the server's id as its owner, so this filter
  // matches no object.
  if (!policy.enabled || !mayUse(policy) || !(warehouses || reaches(policy, chain)))
    return { all: false, principalId: serverId, ids: [], within }
  if (holds(ownBitsOn(policy, chain), 'use')) return { all: true, within }
  return { all: false, principalId: policy.principalId, ids: visibleIds(policy), within }
}

const visibleIdsByPolicy = new WeakMap<Policy, readonly string[]>()

/**
 * Returns the ids of the objects on which the caller has a grant, and of the warehouses and namespaces that contain
 * such an object. The array is cached for each policy, because lists may be requested many times.
 */
function visibleIds(policy: Policy): readonly string[] {
  const known = visibleIdsByPolicy.get(policy)
  if (known) return known
  const ids = [...new Set([...policy.grants.keys(), ...policy.passage])]
  visibleIdsByPolicy.set(policy, ids)
  return ids
}

/**
 * Returns a function that tells whether the authorizer shows a listed object to the caller. Returns null when the
 * authorizer hides no objects, so that no row must be tested.
 */
export function shownIn<Row>(
  policy: Policy,
  toNames: (row: Row) => ObjectNames,
): ((row: Row) => boolean) | null {
  const { authorizer } = policy
  if (!authorizer.narrows) return null
  return (row) => authorizer.narrow(policy, toNames(row), privilegeBits.use) !== 0
}
