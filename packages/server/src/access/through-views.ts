import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import type { EngineLimits } from './engine-limits.ts'
import type { Policy } from './policy.ts'
import type { Chain } from '../privilege.ts'
import { absentPrincipalId } from '../reserved-ids.ts'
import { holds, privilegeBits } from './privilege-bits.ts'

/** A view that something is read through, and what its definer may do: definer's rights, as SQL calls them. */
export interface ViewLink {
  readonly chain: Chain
  /** Principal that wrote the definition, without an engine. */
  readonly definer: Policy
}

/** More views in one chain are refused: each of them asks for the rights of its definer. */
export const maxViews = 16

/**
 * Returns the definer of a view that this caller writes: its principal, or `absentPrincipalId` behind an engine that
 * does not let the writer read, so that the view adds no rights. Otherwise a view would extend the writer's rights
 * beyond the limits of that engine, for readers through other engines. Views lend within one warehouse, which the
 * engine reaches, since it writes there.
 */
export function chooseDefiner({ engine, principalId }: Policy): string {
  return engine === null || holds(engine.bits, 'select') ? principalId : absentPrincipalId
}

/**
 * Returns true when the views that the caller names are accepted: for a user behind an engine whose entry allows it.
 */
export function mayReadThroughViews({ enabled, engine }: Policy): boolean {
  return enabled && engine !== null && !engine.alone && engine.viewChains
}

/**
 * Decides whether the caller may read the object at `target` through these views, the outermost first. The caller must
 * be able to select from the first, its definer from the next, and the definer of the last from the target; all of it
 * within the limits of the engine. That a view really refers to what comes after it is the engine's word.
 *
 * Pure. `hide` unless it is allowed: the caller then gets the response of a read without views.
 */
export function decideThroughViews(caller: Policy, views: readonly ViewLink[], target: Chain): Decision {
  const [first] = views
  let allowed = first !== undefined && mayReadThroughViews(caller)
  let reader = caller
  for (const { chain, definer } of views) {
    allowed &&= mayRead(reader, caller, chain)
    reader = within(definer, caller.engine)
  }
  allowed &&= mayRead(reader, caller, target)
  return { outcome: allowed ? 'allow' : 'hide', privilege: 'select', policyVersion: caller.version }
}

/**
 * Returns whether the reader may read the object for the caller. An authorizer that forbids it to the caller decides,
 * also against the rights of the reader.
 */
function mayRead(reader: Policy, caller: Policy, chain: Chain): boolean {
  const left = caller.authorizer.narrow(caller, chain.names, privilegeBits.select)
  return holds(left, 'select') && decide(reader, chain, 'select').outcome === 'allow'
}

/** Returns the policy of a definer within the limits of the caller's engine. A definer that is an engine also has its own limits. */
function within(definer: Policy, limits: EngineLimits | null): Policy {
  if (limits === null) return definer
  const own = definer.engine
  if (own === null) return { ...definer, engine: limits }
  const warehouses =
    own.warehouses === null || limits.warehouses === null
      ? (own.warehouses ?? limits.warehouses)
      : own.warehouses.intersection(limits.warehouses)
  return { ...definer, engine: { ...limits, warehouses, bits: limits.bits & own.bits } }
}
