import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import type { EngineLimits } from './engine-limits.ts'
import type { Policy } from './policy.ts'
import type { Chain } from './privilege.ts'
import { nobodyId } from './nobody.ts'
import { holds, privilegeBits } from './privilege-bits.ts'

/** A view that something is read through, and what its definer may do: definer's rights, as SQL calls them. */
export interface ViewLink {
  readonly chain: Chain
  /** Of who wrote what it says now, with no engine in it. */
  readonly definer: Policy
}

/** More views in one chain are refused: each of them asks for the rights of its definer. */
export const maxViews = 16

/**
 * Who is the definer of a view that this caller writes: its principal; or nobody, so that the view lends nothing, behind an
 * engine that does not let the writer read. Else a view would carry the writer's rights past the limits of that engine, to
 * whatever other engine it is read through. Views lend within one warehouse, which the engine reaches, since it writes there.
 */
export function definerOf({ engine, principalId }: Policy): string {
  return engine === null || holds(engine.bits, 'select') ? principalId : nobodyId
}

/** True when it is believed which views the caller reads through: a user, behind an engine whose entry says so. */
export function mayReadThroughViews({ enabled, engine }: Policy): boolean {
  return enabled && engine !== null && !engine.alone && engine.viewChains
}

/**
 * May the caller read what stands at `target` through these views, the outermost first? The caller must be able to
 * select from the first, its definer from the next, and the definer of the last from the target; all of it within the
 * limits of the engine. That a view really refers to what comes after it is the engine's word.
 *
 * Pure. `hide` unless it is allowed: what the caller is told is what it is told without views.
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

/** The right is the reader's; what an authorizer forbids to the caller itself is not opened by anybody else's right. */
function mayRead(reader: Policy, caller: Policy, chain: Chain): boolean {
  const left = caller.authorizer.narrow(caller, chain.names, privilegeBits.select)
  return holds(left, 'select') && decide(reader, chain, 'select').outcome === 'allow'
}

/** A definer that is an engine itself has its own limits too. */
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
