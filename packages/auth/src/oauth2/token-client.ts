import {
  allowInsecureRequests,
  clockSkew,
  customFetch,
  genericTokenEndpointRequest,
  processGenericTokenEndpointResponse,
  type Client,
  type ClientAuth,
  type DPoPHandle,
  type TokenEndpointResponse,
} from 'oauth4webapi'
import type { WaitOptions } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import type { ProviderContext } from '../provider-definition.ts'
import type { Server } from './authorization-server.ts'
import { endpointUrl, isLoopback } from './endpoint-url.ts'
import type { FormParameters, ProfileName } from './profiles.ts'
import { errorAnswer, tokenError } from './token-error.ts'
import { wholeAnswers } from './whole-answers.ts'

/** A token request, but for what proves the client. */
export interface TokenRequest {
  readonly server: Server
  /** Undefined where clients have no name, as at Google. */
  readonly clientId: string | undefined
  readonly proof: { readonly method: string; readonly auth: ClientAuth }
  /** As the configuration calls it, for messages. */
  readonly grant: string
  /** As it is on the wire. */
  readonly grantType: string
  readonly parameters: FormParameters
  readonly dpop?: DPoPHandle | undefined
  readonly profile: ProfileName | 'iceberg-legacy'
  readonly prefix: string
}

/** Answers of the token endpoint that are not the end: somebody has still to log in (RFC 8628 section 3.5). */
const pending = new Set(['authorization_pending', 'slow_down'])

/**
 * Asks a token endpoint, once more when it wants another nonce in the proof of possession.
 *
 * @returns `authorization_pending` or `slow_down` where a person has not come to an end yet.
 * @throws AuthError with what the issuer said, and what helped others.
 */
export async function requestToken(
  request: TokenRequest,
  context: Pick<ProviderContext, 'fetch' | 'now'>,
  wait: WaitOptions,
): Promise<TokenEndpointResponse | 'authorization_pending' | 'slow_down'> {
  const { server, dpop, prefix } = request
  const given = server.metadata.token_endpoint
  if (given === undefined) {
    const property = `${prefix}token-endpoint`
    throw new AuthError('configuration', `The issuer names no token endpoint: set ${property}`, { property })
  }
  const endpoint = endpointUrl(given, `${prefix}token-endpoint`)
  const client = clientOf(request.clientId, context.now)
  for (let attempt = 1; ; attempt++) {
    const response = await genericTokenEndpointRequest(
      server.metadata,
      client,
      request.proof.auth,
      request.grantType,
      request.parameters.map(([name, value]): [string, string] => [name, value]),
      {
        [customFetch]: wholeAnswers(context.fetch, `The token endpoint (${endpoint.host})`),
        [allowInsecureRequests]: isLoopback(endpoint),
        ...(dpop === undefined ? {} : { DPoP: dpop }),
        ...(wait.signal === undefined ? {} : { signal: wait.signal }),
      },
    )
    if (response.status === 200) return await readToken(request, client, response)
    const answer = errorAnswer(await response.text())
    if (answer.error === 'use_dpop_nonce' && dpop !== undefined && attempt === 1) continue
    if (answer.error !== undefined && pending.has(answer.error)) {
      return answer.error === 'slow_down' ? 'slow_down' : 'authorization_pending'
    }
    throw tokenError({
      ...answer,
      status: response.status,
      grant: request.grant,
      host: endpoint.host,
      path: endpoint.pathname,
      clientAuth: request.proof.method,
      profile: request.profile,
      prefix,
    })
  }
}

/** The client for the library, with our clock. */
export function clientOf(id: string | undefined, now: () => number): Client {
  return { client_id: id ?? 'anonymous', [clockSkew]: Math.round((now() - Date.now()) / 1_000) }
}

async function readToken(
  { server, dpop, prefix }: TokenRequest,
  client: Client,
  response: Response,
): Promise<TokenEndpointResponse> {
  const answer = await processed(server, client, response)
  const bound = answer.token_type === 'dpop'
  if (dpop !== undefined && answer.token_type === 'bearer') {
    const property = `${prefix}dpop.enabled`
    const fix = 'switch DPoP on for this client at the issuer, or off here'
    throw new AuthError('refused', `The issuer did not bind the token to the key: ${fix}`, { property })
  }
  if (dpop === undefined && bound) {
    const property = `${prefix}dpop.enabled`
    throw new AuthError('refused', `The issuer wants tokens to be bound to a key: set ${property}=true`, {
      property,
    })
  }
  return answer
}

async function processed(server: Server, client: Client, response: Response): Promise<TokenEndpointResponse> {
  try {
    // What is no access token says so (RFC 8693 section 2.2.1); it is for another issuer.
    const recognizedTokenTypes = { n_a: () => {} }
    const readable = server.discovered ? response : await withoutIdToken(response)
    return await processGenericTokenEndpointResponse(server.metadata, client, readable, {
      recognizedTokenTypes,
    })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new AuthError('malformed', `The token endpoint gave an answer that cannot be used: ${why}`)
  }
}

/** An ID token can be checked only against an issuer; without one it is not looked at. */
async function withoutIdToken(response: Response): Promise<Response> {
  const text = await response.text()
  const body: unknown = JSON.parse(text)
  if (typeof body !== 'object' || body === null || !('id_token' in body)) {
    return new Response(text, { headers: response.headers })
  }
  const { id_token: _, ...rest } = body
  return new Response(JSON.stringify(rest), { headers: response.headers })
}
