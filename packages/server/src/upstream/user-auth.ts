import {
  type AuthProvider,
  type AuthRegistry,
  isAuthError,
  memoize,
  type ReadyProvider,
  Secret,
  type Token,
  tokenAuth,
  tokenTypes,
} from '@headgate/auth'
import { HeadgateError } from '@headgate/errors'
import type { Fetch } from '@headgate/http'
import { decodeJwt, errors } from 'jose'
import type { Caller } from '../catalog/caller.ts'
import { anonymousId } from '../reserved-ids.ts'
import { type AssertionDeps, mintAssertion } from './assertion.ts'
import { type IdentitySettings } from './identity.ts'
import type { UpstreamProfile } from './profile.ts'

/**
 * User with whose identity a request is sent to the upstream catalog, and the token from its identity
 * provider.
 */
export type UpstreamUser = Pick<Caller, 'identity' | 'externalToken'>

/** Dependencies of `openUserAuth`. */
export interface UserAuthDeps {
  readonly registry: AuthRegistry
  readonly assertions: AssertionDeps
}

/** Upstream catalog at which the user is authenticated. */
export interface UserAuthTarget {
  readonly warehouse: { readonly id: string; readonly name: string }
  readonly profile: UpstreamProfile
  /** Secret properties of the auth provider. */
  readonly secrets: Readonly<Record<string, string>>
  /** Sends the requests of the auth provider to token issuers. Connects only to allowed addresses. */
  readonly fetch: Fetch
}

/**
 * Creates the auth provider that authenticates the requests of one user at the upstream catalog. The provider
 * never uses a service account: without a token of the user, it refuses the request.
 *
 * @throws HeadgateError `forbidden` when the user lacks a token that the identity mode needs; the message
 *   says how to get it
 */
export async function openUserAuth(
  deps: UserAuthDeps,
  target: UserAuthTarget,
  user: UpstreamUser,
): Promise<ReadyProvider> {
  const { warehouse, profile } = target
  const { identity = { mode: 'service' } } = profile
  if (user.identity.principal.id === anonymousId)
    throw refused(warehouse.name, 'receives requests with the identity of users: log in to Headgate.')
  const own = userToken(deps, target, identity, user)
  const type = profile.auth?.['rest.auth.type'] ?? 'none'
  if (type === 'none') return guarded(own, warehouse.name, user)
  const traded = await deps.registry.create(
    { ...profile.auth, ...target.secrets, ...parentProperties(type, profile, identity) },
    { uri: profile.uri, fetch: target.fetch, env: {}, initialize: false, parent: own },
  )
  return guarded(traded, warehouse.name, user)
}

/**
 * Returns the provider that sends a token of the user: an assertion (`assert`), or the token that the client
 * sent (`exchange`, `forward`).
 */
function userToken(
  { assertions }: UserAuthDeps,
  { warehouse }: UserAuthTarget,
  settings: IdentitySettings,
  { identity, externalToken }: UpstreamUser,
): AuthProvider {
  switch (settings.mode) {
    case 'assert':
      return tokenAuth(
        memoize<Token>(
          async () => {
            const { token, expiresAt } = await mintAssertion(assertions, warehouse, settings, identity)
            return { value: new Secret(token), expiresAt, type: tokenTypes.jwt }
          },
          { expiresAt: ({ expiresAt }) => expiresAt },
        ),
      )
    case 'exchange':
      return fixedToken(requireToken(externalToken, warehouse.name, 'exchanges'))
    case 'forward': {
      const token = requireToken(externalToken, warehouse.name, 'forwards')
      const { audience = '' } = settings
      if (readAudiences(token).includes(audience)) return fixedToken(token)
      throw refused(
        warehouse.name,
        `accepts only tokens whose audience contains ${audience}: request a token for this audience, too, from your identity provider.`,
      )
    }
    default:
      throw new Error('the mode service has no auth provider for users')
  }
}

/** Returns a provider that always sends the same token and cannot renew it. */
function fixedToken(token: string): AuthProvider {
  return tokenAuth(
    memoize<Token>(() => Promise.resolve({ value: new Secret(token), type: tokenTypes.accessToken }), {
      expiresAt: () => undefined,
    }),
  )
}

function requireToken(token: string | null | undefined, warehouse: string, does: string): string {
  if (token !== undefined && token !== null) return token
  throw refused(
    warehouse,
    `${does} the token of your identity provider, and this request has none: send this token to Headgate as the bearer token of each request, instead of a token of Headgate.`,
  )
}

/**
 * Returns the audiences (`aud`) of a JWT that was verified before. Returns an empty list for a token that is
 * not a JWT.
 */
function readAudiences(token: string): readonly string[] {
  try {
    const { aud = [] } = decodeJwt(token)
    return typeof aud === 'string' ? [aud] : aud
  } catch (error) {
    if (error instanceof errors.JOSEError) return []
    throw error
  }
}

/**
 * Returns the properties with which an auth provider exchanges the user's token for another credential. A
 * warehouse cannot set these properties.
 */
function parentProperties(
  type: string,
  { auth = {} }: UpstreamProfile,
  { mode, audience }: IdentitySettings,
): Readonly<Record<string, string>> {
  switch (type) {
    case 'oauth2': {
      const input =
        auth['rest.auth.oauth2.grant-type'] === 'jwt-bearer'
          ? 'jwt-bearer.assertion'
          : 'token-exchange.subject-token'
      const target =
        mode === 'exchange' && audience !== undefined && !('rest.auth.oauth2.audience' in auth)
          ? { 'rest.auth.oauth2.audience': audience }
          : {}
      return { [`rest.auth.oauth2.${input}`]: '::parent::', ...target }
    }
    case 'sigv4':
      return {
        'rest.auth.sigv4.credentials': 'web-identity',
        'rest.auth.sigv4.web-identity-auth-type': '::parent::',
      }
    case 'google':
      return { 'rest.auth.google.subject-token-auth-type': '::parent::' }
    default:
      throw new HeadgateError(
        'internal',
        `The auth provider ${type} cannot present the token of a user: set upstream.auth again.`,
      )
  }
}

/**
 * Error codes of token endpoints that concern the server's client credentials, and not the token of the user
 * (RFC 6749 section 5.2).
 */
const clientErrors: ReadonlySet<string> = new Set(['invalid_client', 'unauthorized_client'])

/**
 * Wraps a provider so that the client receives a 403 when the token service refuses the token of the user.
 */
function guarded(provider: AuthProvider, warehouse: string, { identity }: UpstreamUser): ReadyProvider {
  const { onResponse } = provider
  return {
    ...(onResponse === undefined ? {} : { onResponse: onResponse.bind(provider) }),
    authenticate: async (request, wait) => {
      try {
        return await provider.authenticate(request, wait)
      } catch (cause) {
        if (!isAuthError(cause, 'refused') || clientErrors.has(cause.error ?? '')) throw cause
        const code = cause.error === undefined ? '' : ` (${cause.error})`
        throw refused(
          warehouse,
          `needs a credential for ${identity.principal.name}, and its token service refused to issue one${code}: ask an administrator to allow this user there, or log in again.`,
          cause,
        )
      }
    },
    [Symbol.asyncDispose]: async () => await provider[Symbol.asyncDispose]?.(),
  }
}

function refused(warehouse: string, reason: string, cause?: unknown): HeadgateError {
  return new HeadgateError('forbidden', `The upstream of warehouse ${warehouse} ${reason}`, { cause })
}
