import { rawRequest, type RawResponse } from '../http/raw-request.ts'
import type { DoctorContext } from '../context.ts'

export const tokenTypes = {
  accessToken: 'urn:ietf:params:oauth:token-type:access_token',
  jwt: 'urn:ietf:params:oauth:token-type:jwt',
} as const

/**
 * Returns the token endpoint at which an engine with these settings exchanges its token, or null if the settings name
 * none.
 */
export function findExchangeEndpoint({ uri, auth }: DoctorContext['settings']): string | null {
  if (auth['rest.auth.type'] !== 'iceberg-legacy') return null
  const server = auth['oauth2-server-uri']
  return URL.parse(server === undefined ? 'v1/oauth/tokens' : String(server), `${uri}/`)?.href ?? null
}

/**
 * Exchanges a token in the same way as Iceberg's clients (RFC 8693). They authenticate with the current token instead
 * of the credentials of a client.
 *
 * @param bearer token in the header `Authorization`
 */
export async function exchangeToken(
  context: DoctorContext,
  endpoint: string,
  bearer: string,
  form: Readonly<Record<string, string>>,
): Promise<RawResponse> {
  const { scope } = context.settings.auth
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    scope: scope === undefined ? 'catalog' : String(scope),
    ...form,
  })
  const settings = { ...context.settings, headers: {} }
  return await rawRequest(
    { ...context, settings },
    {
      method: 'POST',
      url: endpoint,
      headers: [
        ['content-type', 'application/x-www-form-urlencoded'],
        ['authorization', `Bearer ${bearer}`],
      ],
      body: new TextEncoder().encode(body.toString()),
    },
  )
}
