import type { TokenEndpointResponse } from 'oauth4webapi'
import type { WaitOptions } from '@headgate/http'
import { AuthError, isAuthError } from '../auth-error.ts'
import { memoize, type Memoized } from '../memoize.ts'
import type { ProviderContext } from '../provider-definition.ts'
import { keepIdentity } from '../provenance.ts'
import type { Secret } from '../secret.ts'
import { authorizationServer, type Server } from './authorization-server.ts'
import { browserLogin } from './browser-login.ts'
import { clientAuthenticator } from './client-auth.ts'
import { deviceLogin } from './device-login.ts'
import { createDpopKey, type DpopKey } from './dpop.ts'
import { commonParameters, grantParameters, type InputSources } from './grant-parameters.ts'
import type { OAuthSettings, TokenInput } from './oauth-settings.ts'
import { describeTarget, toOAuthToken, type OAuthToken } from './oauth-token.ts'
import { grantTypes, isLogin, type GrantType } from './profiles.ts'
import { requestToken, type PreparedRequest } from './token-client.ts'
import {
  staticToken,
  tokenSource,
  type ClosableTokenSource,
  type OpenNested,
  type TokenSource,
} from './token-source.ts'

/**
 * Obtains and renews the access tokens of one OAuth configuration. A token is renewed only when a caller needs it.
 */
export interface OAuthSession extends AsyncDisposable {
  readonly tokens: Memoized<OAuthToken>
  readonly dpop: DpopKey | undefined
  readonly renewableBy: readonly GrantType[]
  /** Loads the metadata of the issuer, so that an unreachable issuer is reported before a login. */
  loadMetadata(wait?: WaitOptions): Promise<void>
}

/**
 * Opens a session for an OAuth configuration and for the configurations that it contains. Sends no request.
 *
 * @throws {AuthError} configuration
 */
export async function openSession(settings: OAuthSettings, context: ProviderContext): Promise<OAuthSession> {
  const opened: AsyncDisposable[] = []
  const openSource = async (input: TokenInput | undefined): Promise<TokenSource | undefined> =>
    input === undefined ? undefined : await tokenSource(input, context, openNested, opened)
  const openNested: OpenNested = async (inner) => await openNestedTokens(inner, context)
  const authenticateClient = clientAuthenticator(settings, await openSource(settings.client.assertion))
  const inputs: InputSources = {
    subject: await openSource(settings.subject),
    actor: await openSource(settings.actor),
    assertion: await openSource(settings.assertion),
  }
  const server = authorizationServer(settings, context)
  const dpop = settings.dpop === undefined ? undefined : await createDpopKey(settings.dpop, context.now)
  const parameters = commonParameters(settings, settings.grant)
  // After a login, the refresh request names no scopes: a person may have granted fewer scopes than requested, and a
  // refresh that names more scopes is refused (RFC 6749 section 6).
  const refreshParameters = commonParameters(settings, 'refresh_token').filter(
    ([name]) => !isLogin(settings.grant) || name !== 'scope',
  )
  const renewableBy = renewalGrants(settings)
  let last: OAuthToken | undefined
  const { prefix, profile, client, grant } = settings

  const prepareRequest = async (grant: GrantType, wait: WaitOptions): Promise<PreparedRequest> => {
    const current = await server.get(wait)
    const clientAuth = await authenticateClient(current, wait)
    return { server: current, clientId: client.id, clientAuth, grant, dpop: dpop?.handle, profile, prefix }
  }
  const acceptToken = async (
    response: TokenEndpointResponse,
    obtainedBy: GrantType,
    { metadata }: Server,
  ): Promise<OAuthToken> => {
    const token = toOAuthToken(
      response,
      {
        obtainedBy,
        renewableBy,
        target: describeTarget(metadata.issuer, settings.target),
        lifespanMs: settings.lifespanMs,
        before: obtainedBy === 'refresh_token' ? last : undefined,
      },
      context.now(),
    )
    if (token.refreshToken !== undefined && token.refreshToken !== last?.refreshToken) {
      await context.prompts?.keepRefreshToken?.(token.refreshToken)
    }
    return token
  }

  const refresh = async (refreshToken: Secret, wait: WaitOptions): Promise<OAuthToken> => {
    const request = await prepareRequest('refresh_token', wait)
    const response = await requestToken(
      {
        ...request,
        grantType: grantTypes.refresh_token,
        parameters: [['refresh_token', refreshToken.reveal()], ...refreshParameters],
      },
      context,
      wait,
    )
    return await acceptToken(requireToken(response), 'refresh_token', request.server)
  }

  const obtain = async (wait: WaitOptions): Promise<OAuthToken> => {
    const request = await prepareRequest(grant, wait)
    if (grant === 'device_code') {
      const response = await deviceLogin(request, parameters, context, wait)
      return await acceptToken(response, grant, request.server)
    }
    if (grant === 'authorization_code') {
      const { redirectUri } = settings
      const response = await browserLogin(request, parameters, redirectUri, context, wait)
      return await acceptToken(response, grant, request.server)
    }
    const presented = await grantParameters(settings, inputs, wait)
    const response = await requestToken(
      { ...request, grantType: grantTypes[grant], parameters: [...presented, ...parameters] },
      context,
      wait,
    )
    return await acceptToken(requireToken(response), grant, request.server)
  }

  const obtainNext = async (wait: WaitOptions): Promise<OAuthToken> => {
    if (last !== undefined && !settings.renew) throw loginEnded(prefix, 'token-refresh.enabled is false')
    const refreshToken = last === undefined ? settings.refreshToken : last.refreshToken
    if (refreshToken === undefined) {
      if (last !== undefined && isLogin(grant)) throw loginEnded(prefix, 'the issuer issued no refresh token')
      return await obtain(wait)
    }
    try {
      return await refresh(refreshToken, wait)
    } catch (error) {
      // After a refused refresh, the session repeats the grant of a service or of a subject token. A login cannot be
      // repeated without the person, so the session then throws the error.
      if (!isAuthError(error, 'refused') || !renewableBy.includes(grant) || grant === 'refresh_token')
        throw error
      return await obtain(wait)
    }
  }

  const tokens = memoize<OAuthToken>(
    async (wait = {}) => (last = checkIdentity(last, await obtainNext(wait))),
    {
      expiresAt: ({ expiresAt }) => expiresAt,
      timeoutMs: settings.timeoutMs,
      now: context.now,
      ...(settings.refreshAheadMs === undefined ? {} : { refreshAheadMs: settings.refreshAheadMs }),
    },
  )
  return {
    tokens,
    dpop,
    renewableBy,
    loadMetadata: async (wait) => void (await server.get(wait)),
    [Symbol.asyncDispose]: async () => {
      await tokens[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
      await Promise.allSettled(opened.map((each) => each[Symbol.asyncDispose]()))
    },
  }
}

async function openNestedTokens(
  settings: OAuthSettings,
  context: ProviderContext,
): Promise<ClosableTokenSource> {
  if (settings.token !== undefined) {
    const token = staticToken(settings.token, `${settings.prefix}token`)
    return { get: async () => token, [Symbol.asyncDispose]: async () => {} }
  }
  const session = await openSession(settings, context)
  return {
    get: async (wait) => await session.tokens.get(wait),
    [Symbol.asyncDispose]: async () => await session[Symbol.asyncDispose](),
  }
}

/**
 * Refuses a renewed token with another identity. The session calls this function before it stores the refresh token
 * of the renewed token.
 */
function checkIdentity(before: OAuthToken | undefined, next: OAuthToken): OAuthToken {
  if (before !== undefined) keepIdentity(before.provenance, next.provenance)
  return next
}

/** Returns the grants that may renew the tokens of a session. A renewal never asks a person to log in. */
function renewalGrants({ grant, renew }: OAuthSettings): readonly GrantType[] {
  if (!renew) return []
  return isLogin(grant) || grant === 'refresh_token' ? ['refresh_token'] : ['refresh_token', grant]
}

function requireToken(response: Awaited<ReturnType<typeof requestToken>>): TokenEndpointResponse {
  if (typeof response === 'object') return response
  throw new AuthError(
    'malformed',
    `The token endpoint answered ${response}, which is valid only for device logins`,
  )
}

function loginEnded(prefix: string, reason: string): AuthError {
  return new AuthError('refused', `The login has ended, and ${reason}: log in again.`, {
    property: `${prefix}grant-type`,
  })
}
