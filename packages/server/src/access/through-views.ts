import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import type { EngineLimits } from './engine-limits.ts'
import type { Policy } from './policy.ts'
import type { Chain } from '../privilege.ts'
import { absentPrincipalId } from '../reserved-ids.ts'
import { holds, privilegeBits } from './privilege-bits.ts'

/** View through which an object is read, with the rights of its definer (SQL: definer's rights). */
export interface ViewLink {
  readonly chain: Chain
  /**
   * Policy of the principal that wrote the view. It does not contain the limits of the engine that acted for the
   * writer.
   */
  readonly definer: Policy
}

/** Maximum number of views in one request. Each view needs a query for the rights of its definer. */
export const maxViews = 16

/**
 * Returns the id of the definer of a view that the caller writes. The definer is the caller's principal. Behind an
 * engine without `select`, it is `absentPrincipalId`, so that the view grants its readers no rights; otherwise readers
 * through other engines would get rights of the writer that this engine may not use. A view grants rights only in its
 * own warehouse, and the engine reaches that warehouse, because the view was written there.
 */
export function chooseDefiner({ engine, principalId }: Policy): string {
  return engine === null || holds(engine.bits, 'select') ? principalId : absentPrincipalId
}

/**
 * Returns true when the server takes the views that a request names into account. The caller must be a user behind an
 * engine whose entry has `viewChains`.
 */
export function mayReadThroughViews({ enabled, engine }: Policy): boolean {
  return enabled && engine !== null && !engine.alone && engine.viewChains
}

/**
 * Decides whether the caller may read `target` through these views. The first view is the outermost. The caller needs
 * `select` on the first view, the definer of each view needs it on the next view, and the definer of the last view
 * needs it on `target`. The limits of the engine apply to all of them. The server does not verify that each view refers
 * to the next object; it trusts the engine.
 *
 * Pure. The outcome is `allow` or `hide`. For `hide`, the caller gets the response of a read without views.
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
 * Returns true when the reader has `select` on the object and the authorizer permits `select` to the caller. The reader
 * is the caller or the definer of a view.
 */
function mayRead(reader: Policy, caller: Policy, chain: Chain): boolean {
  const left = caller.authorizer.narrow(caller, chain.names, privilegeBits.select)
  return holds(left, 'select') && decide(reader, chain, 'select').outcome === 'allow'
}

/**
 * Returns the policy of a definer with the limits of the caller's engine. If the definer is an engine, the limits of
 * the definer's entry apply too.
 */
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
