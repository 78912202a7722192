import type { Fetch, WaitOptions } from '@headgate/http'
import type { Secret } from './secret.ts'

/** Options of {@link revokeToken}. */
export interface RevokeTokenOptions extends WaitOptions {
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: Fetch
  /** Time limit, in ms. Default: 30,000. */
  readonly timeoutMs?: number
}

/**
 * Revokes a refresh token at its issuer (RFC 7009).
 *
 * @param properties the properties of `oauth2` with which the token was obtained, without `rest.auth.oauth2.`
 * @returns false when the issuer has no revocation endpoint
 * @throws {AuthError} refused, unavailable or configuration
 *
 * @example
 * ```ts
 * await revokeToken({ 'issuer-url': issuer, 'client-id': 'cli' }, new Secret('refresh-token'))
 * ```
 */
export async function revokeToken(
  properties: Readonly<Record<string, string>>,
  token: Secret,
  options: RevokeTokenOptions = {},
): Promise<boolean> {
  const { revokeRefreshToken } = await import('./oauth2/revoke-refresh-token.ts')
  return await revokeRefreshToken(properties, token, options)
}
