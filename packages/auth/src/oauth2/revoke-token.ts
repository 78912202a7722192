import {
  allowInsecureRequests,
  customFetch,
  processRevocationResponse,
  revocationRequest,
} from 'oauth4webapi'
import { AuthError } from '../auth-error.ts'
import type { WaitOptions } from '../auth-provider.ts'
import type { GivenProperty } from '../properties/read-properties.ts'
import type { Fetch } from '../provider-definition.ts'
import type { Secret } from '../secret.ts'
import { timeLimit } from '../time-limit.ts'
import { authorizationServer, type Server } from './authorization-server.ts'
import { clientProof } from './client-auth.ts'
import { endpointUrl, isLoopback } from './endpoint-url.ts'
import { readOAuthSettings, type OAuthSettings } from './oauth-settings.ts'
import { clientOf } from './token-client.ts'
import { wholeAnswers } from './whole-answers.ts'

export interface RevokeTokenOptions extends WaitOptions {
  /** How issuers are reached. Default: `fetch`. */
  readonly fetch?: Fetch
  /** The longest that it may take, in ms. Default 30,000. */
  readonly timeoutMs?: number
}

const prefix = 'rest.auth.oauth2.'

/**
 * Tells an issuer that a refresh token is not needed any more (RFC 7009).
 *
 * @param properties those of `oauth2` that it was got with, by their names without `rest.auth.oauth2.`
 * @returns false when the issuer does not say where tokens are revoked
 * @throws AuthError `refused`, `unavailable`, `configuration`
 *
 * @example
 * ```ts
 * await revokeToken({ 'issuer-url': 'https://id.example', 'client-id': 'cli' }, refreshToken)
 * ```
 */
export async function revokeToken(
  properties: Readonly<Record<string, string>>,
  token: Secret,
  { fetch: reach = (url, init) => fetch(url, init), timeoutMs = 30_000, signal }: RevokeTokenOptions = {},
): Promise<boolean> {
  const given = Object.entries(properties).map(([name, value]): [string, GivenProperty] => [
    name,
    { value, writtenAs: `${prefix}${name}` },
  ])
  const settings = readOAuthSettings(new Map(given), prefix)
  const limit = timeLimit(signal, timeoutMs)
  // Not `await using`, which Node 22 cannot read.
  const servers = authorizationServer(settings, { uri: undefined, fetch: reach, now: Date.now })
  try {
    const server = await servers.get({ signal: limit })
    return await revokedBy(server, settings, token, { fetch: reach, signal: limit })
  } finally {
    await servers[Symbol.asyncDispose]()
  }
}

async function revokedBy(
  server: Server,
  settings: OAuthSettings,
  token: Secret,
  { fetch: reach, signal }: { readonly fetch: Fetch; readonly signal: AbortSignal },
): Promise<boolean> {
  const endpoint = server.metadata.revocation_endpoint
  if (endpoint === undefined) return false
  const url = endpointUrl(endpoint, `${prefix}issuer-url`)
  const { auth } = await clientProof(settings, undefined)(server, { signal })
  const client = clientOf(settings.client.id, Date.now)
  const response = await revocationRequest(server.metadata, client, auth, token.reveal(), {
    additionalParameters: { token_type_hint: 'refresh_token' },
    [customFetch]: wholeAnswers(reach, `The revocation endpoint (${url.host})`),
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
