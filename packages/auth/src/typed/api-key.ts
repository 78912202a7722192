import type { ReadyProvider } from '../auth-provider.ts'
import type { CreateOptions } from '../registry.ts'
import { openTyped, type SecretText, type TypedOptions } from './open-typed.ts'

/** Options of {@link apiKey}: a key, or the file that contains it. */
export interface ApiKeyOptions extends TypedOptions {
  readonly key?: SecretText
  /** Path of the file with the key, which is read again when it changes. */
  readonly keyFile?: string
  /** Name of the header that contains the key. Default: `x-api-key`. */
  readonly header?: string
}

/**
 * Opens a provider that sends a key in a header.
 *
 * @throws {AuthError} with the property to change
 *
 * @example
 * ```ts
 * const fetch = createFetch(await apiKey({ key: 'secret' }))
 * console.log((await fetch(url)).status)
 * ```
 */
export async function apiKey(options: ApiKeyOptions, create: CreateOptions = {}): Promise<ReadyProvider> {
  return await openTyped('api-key', { ...options }, create)
}
