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
import { endpointUrl, isLoopback } from './endpoint-url.ts'
import { wholeAnswers } from './whole-answers.ts'
import type { OAuthSettings } from './oauth-settings.ts'
import { profiles } from './profiles.ts'

/** How long metadata is used before it is asked for again. */
const READ_AGAIN_MS = 3_600_000

/** Metadata, and whether it came from an issuer: what others put into tokens is only compared with an issuer's name. */
export interface Server {
  readonly metadata: AuthorizationServer
  readonly discovered: boolean
}

/** Where an authorization server has what: from its metadata (RFC 8414, OpenID Connect Discovery), or as configured. */
export function authorizationServer(
  settings: OAuthSettings,
  context: { readonly uri: string | undefined; readonly fetch: Fetch; readonly now: () => number },
): Memoized<Server> {
  const { prefix } = settings
  const own = ownEndpoints(settings, context.uri)
  const { issuer } = settings
  if (issuer === undefined && own.token_endpoint === undefined) {
    const property = `${prefix}issuer-url`
    throw new AuthError('configuration', `Set ${property}, or ${prefix}token-endpoint`, { property })
  }
  if (issuer !== undefined) endpointUrl(issuer, `${prefix}issuer-url`)
  return memoize<Server>(
    async ({ signal } = {}) => {
      if (issuer === undefined) {
        return { metadata: { issuer: own.token_endpoint ?? '', ...own }, discovered: false }
      }
      const metadata = await discover(issuer, `${prefix}issuer-url`, context.fetch, signal)
      return { metadata: { ...metadata, ...own }, discovered: true }
    },
    { expiresAt: () => context.now() + READ_AGAIN_MS, now: context.now },
  )
}

type OwnEndpoints = Pick<
  AuthorizationServer,
  'token_endpoint' | 'device_authorization_endpoint' | 'authorization_endpoint'
>

function ownEndpoints(settings: OAuthSettings, uri: string | undefined): OwnEndpoints {
  const { prefix, deviceEndpoint, authorizationEndpoint, issuer } = settings
  const token =
    settings.tokenEndpoint ?? (issuer === undefined ? profiles[settings.profile].tokenEndpoint : undefined)
  const at = (given: string, name: string): string => endpointUrl(given, `${prefix}${name}`, uri).href
  return {
    ...(token === undefined ? {} : { token_endpoint: at(token, 'token-endpoint') }),
    ...(deviceEndpoint === undefined
      ? {}
      : { device_authorization_endpoint: at(deviceEndpoint, 'device-code.endpoint') }),
    ...(authorizationEndpoint === undefined
      ? {}
      : { authorization_endpoint: at(authorizationEndpoint, 'auth-code.endpoint') }),
  }
}

async function discover(
  issuer: string,
  property: string,
  fetch: Fetch,
  signal: AbortSignal | undefined,
): Promise<AuthorizationServer> {
  const url = new URL(issuer)
  let seen = ''
  for (const algorithm of ['oidc', 'oauth2'] as const) {
    const response = await discoveryRequest(url, {
      algorithm,
      [customFetch]: wholeAnswers(fetch, `The issuer (${url.host})`),
      [allowInsecureRequests]: isLoopback(url),
      ...(signal === undefined ? {} : { signal }),
    })
    if (response.status >= 500) {
      throw new AuthError('unavailable', `The issuer (${url.host}) answered with status ${response.status}`)
    }
    seen = `status ${response.status}`
    if (response.status !== 200) continue
    const said = await issuerOf(response.clone())
    // Exactly (RFC 8414 section 3.3): another issuer could have its tokens taken for those of this one.
    if (said === issuer) return { ...(await processed(url, response)), issuer }
    const fix = said === undefined ? 'is it the address of an issuer?' : `write it exactly so: ${said}`
    throw new AuthError('configuration', `${property}: the metadata there is of another issuer; ${fix}`, {
      property,
    })
  }
  const fix = 'check the address, or set token-endpoint instead'
  throw new AuthError('configuration', `${property}: there is no metadata of an issuer (${seen}); ${fix}`, {
    property,
  })
}

async function processed(url: URL, response: Response): Promise<AuthorizationServer> {
  try {
    return await processDiscoveryResponse(url, response)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new AuthError('malformed', `The metadata of the issuer (${url.host}) cannot be used: ${why}`, {
      cause,
    })
  }
}

async function issuerOf(response: Response): Promise<string | undefined> {
  try {
    const body: unknown = await response.json()
    const issuer = typeof body === 'object' && body !== null && 'issuer' in body ? body.issuer : undefined
    return typeof issuer === 'string' && URL.canParse(issuer) ? issuer.slice(0, 300) : undefined
  } catch {
    return undefined
  }
}
