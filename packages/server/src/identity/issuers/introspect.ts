import { HeadgateError } from '@headgate/errors'
import { fetchJson, IssuerUnreachable } from './fetch-json.ts'
import type { IntrospectionSettings, Issuer } from './issuer.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import type { Claims } from './read-claims.ts'

/**
 * Requests the introspection of a token from its issuer (RFC 7662 section 2), and returns its claims. Null: the
 * issuer reports the token as not active.
 *
 * @throws HeadgateError `unavailable`
 */
export async function introspect(
  keys: IssuerKeys,
  { clientId, clientSecret }: IntrospectionSettings,
  token: string,
): Promise<Claims | null> {
  // RFC 6749 section 2.3.1 requires form encoding of the id and the secret in Basic credentials.
  const credentials = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret.reveal())}`
  try {
    const claims = await fetchJson(await keys.introspectionEndpoint(), {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
    })
    return claims['active'] === true ? claims : null
  } catch (error) {
    if (!(error instanceof IssuerUnreachable)) throw error
    throw new HeadgateError(
      'unavailable',
      'The introspection of the token at its issuer failed. Try again in a moment.',
      {
        cause: error,
        retryAfterSeconds: 2,
      },
    )
  }
}

/**
 * Returns whether a response about an opaque token names one of the audiences and no other issuer. RFC 7662 makes `iss`
 * and `aud` optional; the server requires `aud`.
 */
export function admitsOpaque({ issuer }: Issuer, audiences: readonly string[], claims: Claims): boolean {
  if (claims['iss'] !== undefined && claims['iss'] !== issuer) return false
  const { aud } = claims
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return named.some((one) => typeof one === 'string' && audiences.includes(one))
}
