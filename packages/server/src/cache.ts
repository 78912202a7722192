import { LRUCache } from 'lru-cache'

declare const namesCaller: unique symbol

/** A key that names the caller: only `callerKey` makes one, so that no cache of callers is asked without it. */
export type CallerKey = string & { readonly [namesCaller]: true }

/**
 * @param caller the id of a principal or session, an address, or a digest of something that only the caller has or that
 *   covers who it is: without blanks
 * @param rest what else the content depends on, the engine that acts among it
 */
export function callerKey(caller: string, ...rest: readonly string[]): CallerKey {
  const key = rest.length === 0 ? caller : [caller, ...rest].join(' ')
  return key as CallerKey
}

/** The same for everybody: what it holds is decided about anew for each caller before it is used. */
export type SharedCache<V extends object | true> = LRUCache<string, V>
/** What was made for one caller. */
export type CallerCache<V extends object | true> = LRUCache<CallerKey, V>

/**
 * Makes a bounded cache of what is the same for everybody. This file is the one place that makes caches, so that each of
 * them says whose its content is.
 */
export function sharedCache<V extends object | true>(
  options: LRUCache.Options<string, V, unknown>,
): SharedCache<V> {
  return new LRUCache(options)
}

/**
 * Makes a bounded cache of what was made for one caller each.
 *
 * @example
 * ```ts
 * const policies = callerCache<Entry>({ max: 10_000 })
 * policies.set(callerKey(principal.id, engine.id), entry)
 * ```
 */
export function callerCache<V extends object | true>(
  options: LRUCache.Options<CallerKey, V, unknown>,
): CallerCache<V> {
  return new LRUCache(options)
}
