import {
  allowInsecureRequests,
  customFetch,
  discoveryRequest,
  processDiscoveryResponse,
  type AuthorizationServer,
} from 'oauth4webapi'
import type { Fetch } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import { memoize, type Memoized } from '../memoize.ts'
import { bufferedFetch } from './buffered-fetch.ts'
import { endpointUrl, isLoopback } from './endpoint-url.ts'
import type { OAuthSettings } from './oauth-settings.ts'
import { profiles } from './profiles.ts'

/** Time after which the metadata of an authorization server is loaded again, in ms. */
const METADATA_LIFETIME_MS = 3_600_000

export interface Server {
  readonly metadata: AuthorizationServer
  /** Whether the endpoints come from the metadata of the issuer. If not, the name of the issuer is unknown. */
  readonly discovered: boolean
}

/**
 * Returns the endpoints of an authorization server, which are loaded with the first call of `get`. Configured endpoints
 * take precedence over the metadata of the issuer (RFC 8414, OpenID Connect Discovery).
 *
 * @throws {AuthError} configuration, if the settings name neither an issuer nor a token endpoint
 */
export function authorizationServer(
  settings: OAuthSettings,
  context: { readonly uri: string | undefined; readonly fetch: Fetch; readonly now: () => number },
): Memoized<Server> {
  const { prefix } = settings
  const configured = configuredEndpoints(settings, context.uri)
  const { issuer } = settings
  if (issuer === undefined && configured.token_endpoint === undefined) {
    const property = `${prefix}issuer-url`
    throw new AuthError('configuration', `Set ${property}, or ${prefix}token-endpoint`, { property })
  }
  if (issuer !== undefined) endpointUrl(issuer, `${prefix}issuer-url`)
  return memoize<Server>(
    async ({ signal } = {}) => {
      if (issuer === undefined) {
        return { metadata: { issuer: configured.token_endpoint ?? '', ...configured }, discovered: false }
      }
      const metadata = await loadMetadata(issuer, `${prefix}issuer-url`, context.fetch, signal)
      return { metadata: { ...metadata, ...configured }, discovered: true }
    },
    { expiresAt: () => context.now() + METADATA_LIFETIME_MS, now: context.now },
  )
}

type ConfiguredEndpoints = Pick<
  AuthorizationServer,
  'token_endpoint' | 'device_authorization_endpoint' | 'authorization_endpoint'
>

function configuredEndpoints(settings: OAuthSettings, uri: string | undefined): ConfiguredEndpoints {
  const { prefix, deviceEndpoint, authorizationEndpoint, issuer } = settings
  const token =
    settings.tokenEndpoint ?? (issuer === undefined ? profiles[settings.profile].tokenEndpoint : undefined)
  const parse = (text: string, name: string): string => endpointUrl(text, `${prefix}${name}`, uri).href
  return {
    ...(token === undefined ? {} : { token_endpoint: parse(token, 'token-endpoint') }),
    ...(deviceEndpoint === undefined
      ? {}
      : { device_authorization_endpoint: parse(deviceEndpoint, 'device-code.endpoint') }),
    ...(authorizationEndpoint === undefined
      ? {}
      : { authorization_endpoint: parse(authorizationEndpoint, 'auth-code.endpoint') }),
  }
}

async function loadMetadata(
  issuer: string,
  property: string,
  fetch: Fetch,
  signal: AbortSignal | undefined,
): Promise<AuthorizationServer> {
  const url = new URL(issuer)
  let status = 0
  for (const algorithm of ['oidc', 'oauth2'] as const) {
    const response = await discoveryRequest(url, {
      algorithm,
      [customFetch]: bufferedFetch(fetch, `The issuer (${url.host})`),
      [allowInsecureRequests]: isLoopback(url),
      ...(signal === undefined ? {} : { signal }),
    })
    status = response.status
    if (status >= 500) {
      throw new AuthError('unavailable', `The issuer (${url.host}) answered with status ${status}`)
    }
    if (status !== 200) continue
    const named = await parseIssuer(response.clone())
    // RFC 8414 section 3.3 requires that the metadata names the configured issuer. Otherwise tokens of another issuer
    // could be accepted as tokens of this issuer.
    if (named === issuer) return { ...(await parseMetadata(url, response)), issuer }
    const reason =
      named === undefined
        ? 'names no issuer: check the address'
        : `names another issuer: set exactly ${named} if this is the issuer`
    throw new AuthError('configuration', `${property}: the metadata at this address ${reason}`, { property })
  }
  const fix = 'check the address, or set token-endpoint instead'
  throw new AuthError(
    'configuration',
    `${property}: this address has no metadata of an issuer (status ${status}): ${fix}`,
    { property },
  )
}

async function parseMetadata(url: URL, response: Response): Promise<AuthorizationServer> {
  try {
    return await processDiscoveryResponse(url, response)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AuthError('malformed', `The metadata of the issuer (${url.host}) cannot be used: ${reason}`, {
      cause,
    })
  }
}

/** Returns the name of the issuer in metadata, truncated for messages. Undefined: the metadata has no valid name. */
async function parseIssuer(response: Response): Promise<string | undefined> {
  try {
    const body: unknown = await response.json()
    const issuer = typeof body === 'object' && body !== null && 'issuer' in body ? body.issuer : undefined
    return typeof issuer === 'string' && URL.canParse(issuer) ? issuer.slice(0, 300) : undefined
  } catch {
    return undefined
  }
}
