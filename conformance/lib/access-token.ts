import type { CatalogAuth } from './catalog-access.ts'

/** Returns the request headers that authenticate a client. Requests a token first if the client has a credential. */
export async function authorizationHeaders(auth: CatalogAuth): Promise<Record<string, string>> {
  if (auth.kind === 'none') return {}
  const token = auth.kind === 'token' ? auth.token : await clientCredentials(auth)
  return { authorization: `Bearer ${token}` }
}

/** Requests a token with the grant `client_credentials`. The credential has the form `CLIENT_ID:CLIENT_SECRET`. */
export async function clientCredentials(
  auth: Omit<CatalogAuth & { kind: 'credential' }, 'kind'>,
): Promise<string> {
  const colon = auth.credential.indexOf(':')
  const response = await fetch(auth.tokenUri, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: auth.credential.slice(0, colon),
      client_secret: auth.credential.slice(colon + 1),
      scope: auth.scope,
    }),
    signal: AbortSignal.timeout(30_000),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`the token endpoint answered ${response.status}: ${text}`)
  const parsed = JSON.parse(text) as { access_token?: unknown }
  if (typeof parsed.access_token !== 'string')
    throw new Error(`the response of the token endpoint contains no access_token: ${text}`)
  return parsed.access_token
}
