import {
  allowInsecureRequests,
  clockSkew,
  customFetch,
  genericTokenEndpointRequest,
  processGenericTokenEndpointResponse,
  type Client,
  type DPoPHandle,
  type TokenEndpointResponse,
} from 'oauth4webapi'
import type { WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import type { ProviderContext } from '../provider-definition.ts'
import type { Server } from './authorization-server.ts'
import { bufferedFetch } from './buffered-fetch.ts'
import type { RequestAuth } from './client-auth.ts'
import { endpointUrl, isLoopback } from './endpoint-url.ts'
import type { FormParameters, ProfileName } from './profiles.ts'
import { parseTokenError, tokenError } from './token-error.ts'

export interface TokenRequest {
  readonly server: Server
  /**
   * Id of the client. Undefined for a server that does not identify clients, such as Google's Security Token Service.
   */
  readonly clientId: string | undefined
  readonly clientAuth: RequestAuth
  /** Name of the OAuth grant in the configuration, for error messages. */
  readonly grant: string
  /** Value of the parameter `grant_type` in the token request. */
  readonly grantType: string
  readonly parameters: FormParameters
  readonly dpop?: DPoPHandle | undefined
  readonly profile: ProfileName | 'iceberg-legacy'
  readonly prefix: string
}

/** Token request without the members that depend on the grant. */
export type PreparedRequest = Omit<TokenRequest, 'grantType' | 'parameters'>

/** Errors of the token endpoint while the login of a person is not complete (RFC 8628 section 3.5). */
const pendingErrors = new Set(['authorization_pending', 'slow_down'])

/**
 * Sends a token request. Repeats it once if the server requires another nonce in the proof of possession.
 *
 * @returns `authorization_pending` or `slow_down` while the login of a person is not complete
 * @throws {AuthError} refused, with the error of the issuer and a hint; unavailable, malformed or configuration
 */
export async function requestToken(
  request: TokenRequest,
  context: Pick<ProviderContext, 'fetch' | 'now'>,
  wait: WaitOptions,
): Promise<TokenEndpointResponse | 'authorization_pending' | 'slow_down'> {
  const { server, dpop, prefix } = request
  const { token_endpoint: tokenEndpoint } = server.metadata
  const property = `${prefix}token-endpoint`
  if (tokenEndpoint === undefined) {
    throw new AuthError(
      'configuration',
      `The metadata of the issuer has no token_endpoint: set ${property}`,
      { property },
    )
  }
  const endpoint = endpointUrl(tokenEndpoint, property)
  const client = toOAuthClient(request.clientId, context.now)
  for (let attempt = 1; ; attempt++) {
    const response = await genericTokenEndpointRequest(
      server.metadata,
      client,
      request.clientAuth.auth,
      request.grantType,
      request.parameters.map(([name, value]): [string, string] => [name, value]),
      {
        [customFetch]: bufferedFetch(context.fetch, `The token endpoint (${endpoint.host})`),
        [allowInsecureRequests]: isLoopback(endpoint),
        ...(dpop === undefined ? {} : { DPoP: dpop }),
        ...(wait.signal === undefined ? {} : { signal: wait.signal }),
      },
    )
    if (response.status === 200) return await readToken(request, client, response)
    const failure = parseTokenError(await response.text())
    if (failure.error === 'use_dpop_nonce' && dpop !== undefined && attempt === 1) continue
    if (failure.error !== undefined && pendingErrors.has(failure.error)) {
      return failure.error === 'slow_down' ? 'slow_down' : 'authorization_pending'
    }
    throw tokenError({
      ...failure,
      status: response.status,
      grant: request.grant,
      host: endpoint.host,
      path: endpoint.pathname,
      clientAuth: request.clientAuth.method,
      profile: request.profile,
      prefix,
    })
  }
}

/** Converts a client id to the client object of oauth4webapi, which uses the clock of the provider. */
export function toOAuthClient(id: string | undefined, now: () => number): Client {
  return { client_id: id ?? 'anonymous', [clockSkew]: Math.round((now() - Date.now()) / 1_000) }
}

async function readToken(
  { server, dpop, prefix }: TokenRequest,
  client: Client,
  response: Response,
): Promise<TokenEndpointResponse> {
  const token = await parseTokenResponse(server, client, response)
  const property = `${prefix}dpop.enabled`
  if (dpop !== undefined && token.token_type === 'bearer') {
    const fix = `enable DPoP for this client at the issuer, or set ${property}=false`
    throw new AuthError(
      'refused',
      `The issuer did not bind the token to the DPoP key of this client: ${fix}`,
      { property },
    )
  }
  if (dpop === undefined && token.token_type === 'dpop') {
    throw new AuthError(
      'refused',
      `The issuer issued a token that is bound to a key (DPoP): set ${property}=true`,
      { property },
    )
  }
  return token
}

async function parseTokenResponse(
  server: Server,
  client: Client,
  response: Response,
): Promise<TokenEndpointResponse> {
  try {
    // The token type `N_A` is accepted (RFC 8693 section 2.2.1). It marks an issued token that is not an access token,
    // such as a token for another issuer.
    const recognizedTokenTypes = { n_a: () => {} }
    const readable = server.discovered ? response : await removeIdToken(response)
    return await processGenericTokenEndpointResponse(server.metadata, client, readable, {
      recognizedTokenTypes,
    })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AuthError('malformed', `The response of the token endpoint cannot be used: ${reason}`)
  }
}

/** Removes the ID token of a response, which cannot be verified if the name of the issuer is not known. */
async function removeIdToken(response: Response): Promise<Response> {
  const text = await response.text()
  const body: unknown = JSON.parse(text)
  if (typeof body !== 'object' || body === null || !('id_token' in body)) {
    return new Response(text, { headers: response.headers })
  }
  const { id_token: _, ...rest } = body
  return new Response(JSON.stringify(rest), { headers: response.headers })
}
