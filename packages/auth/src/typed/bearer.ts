import type { ReadyProvider } from '../auth-provider.ts'
import type { CreateOptions } from '../registry.ts'
import { openTyped, type SecretText, type TypedOptions } from './open-typed.ts'

/** Options of {@link bearer}: a token, or the file that contains it. */
export interface BearerOptions extends TypedOptions {
  readonly token?: SecretText
  /**
   * Path of the file with the token, for example a projected token of Kubernetes. The file is read again when it
   * changes.
   */
  readonly tokenFile?: string
}

/**
 * Opens a provider that sends a token that another program obtained (RFC 6750).
 *
 * @throws {AuthError} with the property to change
 *
 * @example
 * ```ts
 * const fetch = createFetch(await bearer({ token: 'secret' }))
 * console.log((await fetch(url)).status)
 * ```
 */
export async function bearer(options: BearerOptions, create: CreateOptions = {}): Promise<ReadyProvider> {
  return await openTyped('bearer', { ...options }, create)
}
