import { LRUCache } from 'lru-cache'

declare const namesCaller: unique symbol

/**
 * Cache key that contains the caller. Only `callerKey` creates such keys, so code cannot read a `CallerCache`
 * without naming the caller.
 */
export type CallerKey = string & { readonly [namesCaller]: true }

/**
 * Returns a cache key that contains the caller.
 *
 * @param caller id of a principal or session, an address, or a digest that covers the identity of the caller; without
 * blanks
 * @param rest further values that the content depends on, such as the acting engine
 */
export function callerKey(caller: string, ...rest: readonly string[]): CallerKey {
  const key = rest.length === 0 ? caller : [caller, ...rest].join(' ')
  return key as CallerKey
}

/**
 * Cache of values that are equal for all callers. The code that reads a value must first check that the caller
 * may see it.
 */
export type SharedCache<V extends object | true> = LRUCache<string, V>
/** Cache of values that belong to one caller each. */
export type CallerCache<V extends object | true> = LRUCache<CallerKey, V>

/**
 * Creates a bounded cache of values that are equal for all callers. Only this file creates caches, so that each of them
 * declares whose values it contains.
 */
export function sharedCache<V extends object | true>(
  options: LRUCache.Options<string, V, unknown>,
): SharedCache<V> {
  return new LRUCache(options)
}

/**
 * Creates a bounded cache of values that belong to one caller each.
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
