import {
  allowInsecureRequests,
  customFetch,
  processRevocationResponse,
  revocationRequest,
} from 'oauth4webapi'
import { type Fetch, timeLimit } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import type { GivenProperty } from '../properties/read-properties.ts'
import type { Secret } from '../secret.ts'
import type { RevokeTokenOptions } from '../revoke-token.ts'
import { authorizationServer, type Server } from './authorization-server.ts'
import { bufferedFetch } from './buffered-fetch.ts'
import { clientAuthenticator } from './client-auth.ts'
import { endpointUrl, isLoopback } from './endpoint-url.ts'
import { readOAuthSettings, type OAuthSettings } from './oauth-settings.ts'
import { toOAuthClient } from './token-client.ts'

const prefix = 'rest.auth.oauth2.'

/** Implements `revokeToken`: revokes a refresh token at its issuer (RFC 7009). */
export async function revokeRefreshToken(
  properties: Readonly<Record<string, string>>,
  token: Secret,
  { fetch: reach = (url, init) => fetch(url, init), timeoutMs = 30_000, signal }: RevokeTokenOptions,
): Promise<boolean> {
  const given = Object.entries(properties).map(([name, value]): [string, GivenProperty] => [
    name,
    { value, writtenAs: `${prefix}${name}` },
  ])
  const settings = readOAuthSettings(new Map(given), prefix)
  const limit = timeLimit(signal, timeoutMs)
  // The code calls the dispose method itself, because Node 22 cannot parse `await using`.
  const servers = authorizationServer(settings, { uri: undefined, fetch: reach, now: Date.now })
  try {
    const server = await servers.get({ signal: limit })
    return await revokeAt(server, settings, token, { fetch: reach, signal: limit })
  } finally {
    await servers[Symbol.asyncDispose]()
  }
}

async function revokeAt(
  server: Server,
  settings: OAuthSettings,
  token: Secret,
  { fetch: reach, signal }: { readonly fetch: Fetch; readonly signal: AbortSignal },
): Promise<boolean> {
  const endpoint = server.metadata.revocation_endpoint
  if (endpoint === undefined) return false
  const url = endpointUrl(endpoint, `${prefix}issuer-url`)
  const { auth } = await clientAuthenticator(settings, undefined)(server, { signal })
  const client = toOAuthClient(settings.client.id, Date.now)
  const response = await revocationRequest(server.metadata, client, auth, token.reveal(), {
    additionalParameters: { token_type_hint: 'refresh_token' },
    [customFetch]: bufferedFetch(reach, `The revocation endpoint (${url.host})`),
    [allowInsecureRequests]: isLoopback(url),
    signal,
  })
  try {
    await processRevocationResponse(response)
    return true
  } catch {
    const reason = response.status >= 500 ? 'unavailable' : 'refused'
    throw new AuthError(reason, `${url.host} did not revoke the login (status ${response.status})`)
  }
}
