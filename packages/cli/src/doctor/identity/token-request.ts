import { Secret } from '@headgate/auth'
import { rawRequest, type RawResponse } from '../http/raw-request.ts'
import { toObject } from '../http/describe-response.ts'
import type { DoctorContext } from '../context.ts'

/**
 * Method by which a client authenticates at a token endpoint: `post` sends the client id and secret in the form, like
 * most clients of Iceberg, and `basic` sends them with HTTP Basic.
 */
export type ClientMethod = 'post' | 'basic'

/** Token endpoint in a configuration, with the client id and secret. */
export interface TokenClient {
  readonly endpoint: string
  readonly clientId: string | undefined
  readonly clientSecret: string
  readonly scope: string | undefined
  /** Method by which the engine authenticates. */
  readonly method: ClientMethod
}

/**
 * Returns the token endpoint, client id and secret of a configuration that uses client credentials, or null for any
 * other configuration.
 */
export function findTokenClient({ uri, auth }: DoctorContext['settings']): TokenClient | null {
  const find = (...names: readonly string[]): string | undefined => {
    const value = names.map((name) => auth[name]).find((each) => each !== undefined)
    return value === undefined ? undefined : String(value instanceof Secret ? value.reveal() : value)
  }
  const isLegacy = auth['rest.auth.type'] === 'iceberg-legacy'
  const credential = find('credential')
  const colon = credential?.indexOf(':') ?? -1
  const clientSecret =
    credential?.slice(colon + 1) ?? find('rest.auth.oauth2.client-secret', 'auth.oauth2.client_secret')
  const endpoint = URL.parse(
    find('oauth2-server-uri', 'rest.auth.oauth2.token-endpoint', 'auth.oauth2.token_url') ??
      'v1/oauth/tokens',
    `${uri}/`,
  )
  if (clientSecret === undefined || endpoint === null) return null
  const inForm = isLegacy || find('rest.auth.oauth2.client-auth') === 'client_secret_post'
  return {
    endpoint: endpoint.href,
    clientId:
      credential === undefined
        ? find('rest.auth.oauth2.client-id', 'auth.oauth2.client_id')
        : colon === -1
          ? undefined
          : credential.slice(0, colon),
    clientSecret,
    scope: find('scope', 'rest.auth.oauth2.scope', 'auth.oauth2.scope') ?? (isLegacy ? 'catalog' : undefined),
    method: inForm ? 'post' : 'basic',
  }
}

/** Members in which a token request differs from the token request of the engine. */
export interface TokenVariation {
  /** Authentication method. Default: the method of the engine. */
  readonly method?: ClientMethod
  /** Scope in place of the configured scope, or null for no scope. */
  readonly scope?: string | null
  readonly extra?: Readonly<Record<string, string>>
}

/** Requests a token with client credentials (RFC 6749 section 4.4). */
export async function requestToken(
  context: DoctorContext,
  client: TokenClient,
  { method = client.method, scope = client.scope ?? null, extra = {} }: TokenVariation = {},
): Promise<RawResponse> {
  const { endpoint, clientId, clientSecret } = client
  const inForm = method === 'post'
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope === null ? {} : { scope }),
    ...(inForm && clientId !== undefined ? { client_id: clientId } : {}),
    ...(inForm ? { client_secret: clientSecret } : {}),
    ...extra,
  })
  const pair = Buffer.from(`${encodeValue(clientId ?? '')}:${encodeValue(clientSecret)}`).toString('base64')
  const settings = { ...context.settings, headers: {} }
  return await rawRequest(
    { ...context, settings },
    {
      method: 'POST',
      url: endpoint,
      headers: [
        ['content-type', 'application/x-www-form-urlencoded'],
        ...(inForm ? [] : [['authorization', `Basic ${pair}`] as const]),
      ],
      body: new TextEncoder().encode(form.toString()),
    },
  )
}

/** Encodes a client id or secret as a form value, which RFC 6749 section 2.3.1 requires for HTTP Basic. */
const encodeValue = (text: string): string => new URLSearchParams({ _: text }).toString().slice('_='.length)

/** Returns the access token in a token response, or null if it contains none. */
export function findToken({ status, json }: Pick<RawResponse, 'status' | 'json'>): string | null {
  const token = toObject(json)['access_token']
  return status === 200 && typeof token === 'string' ? token : null
}

/** Returns the error code in a token response, in the form of OAuth (RFC 6749 section 5.2) or of Iceberg. */
export function findErrorCode({ json }: Pick<RawResponse, 'json'>): string | undefined {
  const body = toObject(json)
  const { error } = body
  if (typeof error === 'string') return error
  const type = toObject(error)['type']
  return typeof type === 'string' ? type : undefined
}
