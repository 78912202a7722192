import type { Decision } from './decision.ts'
import type { Policy } from './policy.ts'
import { type Chain, type ObjectNames, type Privilege, serverId } from './privilege.ts'
import { everyBit, holds, privilegeBits } from './privilege-bits.ts'

/** The server itself as the place of a decision: nothing stands above it and nobody owns it. */
export const serverChain: Chain = {
  ids: [serverId],
  owners: [],
  names: { warehouse: null, namespace: null, relation: null },
}

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
 * As `decide` for `use`, but it is enough that something below the object may be used: whoever may read one table must
 * be able to get through its warehouse and namespaces, and sees nothing there but the way.
 */
export function decidePassage(policy: Policy, chain: Chain): Decision {
  const outcome = visible(policy, chain) ? 'allow' : 'hide'
  return { outcome, privilege: 'use', policyVersion: policy.version }
}

/**
 * May the caller read the configuration of the warehouse at the head of `chain`? Whoever may see it, and an engine that
 * starts up: it may act there for users, whom it does not know yet.
 */
export function decideConfig(policy: Policy, chain: Chain): Decision {
  const starting = policy.engine?.alone === true && policy.engine.firstCalls !== 'deny'
  const may = visible(policy, chain) || (starting && reaches(policy, chain) && isShown(policy, chain))
  return { outcome: may ? 'allow' : 'hide', privilege: 'use', policyVersion: policy.version }
}

/** True when the caller may know that the object exists. */
export function visible(policy: Policy, chain: Chain): boolean {
  return (holds(grantedBits(policy, chain), 'use') || passes(policy, chain)) && isShown(policy, chain)
}

/** The authorizer leaves the caller to know of the object, if the grants let it. */
function isShown(policy: Policy, { names }: Chain): boolean {
  return policy.authorizer.narrow(policy, names, privilegeBits.use) !== 0
}

/**
 * The privileges the caller has on the object at the head of `chain`, as bits: the user's, within the engine's limits,
 * as far as the authorizer leaves them.
 *
 * @param sought only this one and what it implies; default: all
 */
export function bitsOn(policy: Policy, chain: Chain, sought?: Privilege): number {
  const granted = grantedBits(policy, chain) & (sought === undefined ? everyBit : privilegeBits[sought])
  return granted === 0 ? 0 : policy.authorizer.narrow(policy, chain.names, granted)
}

/** What the grants give the caller there: the user's, within the engine's limits. */
export function grantedBits(policy: Policy, chain: Chain): number {
  if (!reaches(policy, chain)) return 0
  return ownBitsOn(policy, chain) & (policy.engine?.bits ?? everyBit)
}

/** Returns the bits that the principal holds on the object without the limits of an engine: as an owner, and by grants. */
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

/** False for nobody, and beyond the warehouses of the engine. What is above the warehouses is beyond them. */
function reaches({ enabled, engine }: Policy, chain: Chain): boolean {
  if (!enabled) return false
  const within = engine?.warehouses ?? null
  return within === null || within.has(chain.ids.at(-1) ?? '')
}

/** False when the caller can hold the privilege on nothing below the head of `chain`, whatever was granted there. */
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
  /** Of warehouses, only these; null: no such limit. */
  readonly within: readonly string[] | null
}

/**
 * What a list of the objects below the head of `chain` may show, for SQL. For warehouses, pass `serverChain`.
 * It shows exactly the objects for which `visible` is true, and those that only an authorizer hides: see `shownIn`.
 */
export function listFilter(policy: Policy, chain: Chain): ListFilter {
  const warehouses = chain.ids.at(-1) === serverId
  const within = warehouses && policy.engine?.warehouses ? [...policy.engine.warehouses] : null
  // Nobody owns anything as the server's id, so somebody shut out sees not even what they own.
  if (!policy.enabled || !mayUse(policy) || !(warehouses || reaches(policy, chain)))
    return { all: false, principalId: serverId, ids: [], within }
  if (holds(ownBitsOn(policy, chain), 'use')) return { all: true, within }
  return { all: false, principalId: policy.principalId, ids: visibleIds(policy), within }
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

/**
 * Which of the objects that the grants show in a list the authorizer leaves there; null: all of them, so that nobody
 * need ask.
 */
export function shownIn<Row>(
  policy: Policy,
  namesOf: (row: Row) => ObjectNames,
): ((row: Row) => boolean) | null {
  const { authorizer } = policy
  if (!authorizer.narrows) return null
  return (row) => authorizer.narrow(policy, namesOf(row), privilegeBits.use) !== 0
}
