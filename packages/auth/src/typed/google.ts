import type { ReadyProvider } from '../auth-provider.ts'
import type { CreateOptions } from '../registry.ts'
import { openTyped, type SecretText, type TypedOptions } from './open-typed.ts'

/** Options of {@link google}. Without credentials, Application Default Credentials apply. */
export interface GoogleOptions extends TypedOptions {
  /** Path of the Google credential file. */
  readonly credentialsPath?: string
  /** Content of a Google credential file, instead of its path. */
  readonly credentialsJson?: SecretText
  /** Scopes of the access token. Default: `https://www.googleapis.com/auth/cloud-platform`. */
  readonly scopes?: readonly string[]
  /** Sends an ID token for this audience instead of an access token. */
  readonly idTokenAudience?: string
  /** Google Cloud project that requests are billed to. */
  readonly userProject?: string
  /** E-mail address of the service account to impersonate. */
  readonly impersonateServiceAccount?: string
}

/**
 * Opens a provider that obtains tokens of Google and renews them.
 *
 * @throws {AuthError} with the property to change
 *
 * @example Type-checked only, because it needs an account of Google.
 * ```ts
 * const auth = await google({ userProject: 'analytics' })
 * console.log((await createFetch(auth)(url)).status)
 * ```
 */
export async function google(
  options: GoogleOptions = {},
  create: CreateOptions = {},
): Promise<ReadyProvider> {
  return await openTyped('google', { ...options }, create)
}
