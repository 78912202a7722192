import type { ReadyProvider } from '../auth-provider.ts'
import type { CreateOptions } from '../registry.ts'
import { openTyped, type SecretText, type TypedOptions } from './open-typed.ts'

/** Options of {@link basic}. */
export interface BasicOptions extends TypedOptions {
  readonly username: string
  readonly password: SecretText
}

/**
 * Opens a provider that sends a user name and a password (RFC 7617).
 *
 * @throws {AuthError} with the property to change
 *
 * @example
 * ```ts
 * const fetch = createFetch(await basic({ username: 'ann', password: 'secret' }))
 * console.log((await fetch(url)).status)
 * ```
 */
export async function basic(options: BasicOptions, create: CreateOptions = {}): Promise<ReadyProvider> {
  return await openTyped('basic', { ...options }, create)
}
