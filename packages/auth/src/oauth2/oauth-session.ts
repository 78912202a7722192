import type { TokenEndpointResponse } from 'oauth4webapi'
import type { WaitOptions } from '@headgate/http'
import { AuthError, isAuthError } from '../auth-error.ts'
import { memoize, type Memoized } from '../memoize.ts'
import type { ProviderContext } from '../provider-definition.ts'
import { keepIdentity } from '../provenance.ts'
import type { Secret } from '../secret.ts'
import { authorizationServer, type Server } from './authorization-server.ts'
import { browserLogin } from './browser-login.ts'
import { clientProof } from './client-auth.ts'
import { deviceLogin } from './device-login.ts'
import { dpopKey, type DpopKey } from './dpop.ts'
import { commonParameters, grantParameters, type Inputs } from './grant-parameters.ts'
import type { OAuthSettings, TokenInput } from './oauth-settings.ts'
import { oauthToken, targetText, type OAuthToken } from './oauth-token.ts'
import { grantTypes, type GrantType } from './profiles.ts'
import { requestToken, type TokenRequest } from './token-client.ts'
import { staticToken, tokenSource, type OpenNested, type Tokens, type TokenSource } from './token-source.ts'

/** Tokens of one configuration, renewed while they are used. */
export interface OAuthSession extends AsyncDisposable {
  readonly tokens: Memoized<OAuthToken>
  readonly dpop: DpopKey | undefined
  readonly renewableBy: readonly GrantType[]
  /** Looks whether the issuer is there. */
  reach(wait?: WaitOptions): Promise<void>
}

/** Opens a configuration, and those that stand in it. Nothing is asked for yet. */
export async function openSession(settings: OAuthSettings, context: ProviderContext): Promise<OAuthSession> {
  const opened: AsyncDisposable[] = []
  const source = async (input: TokenInput | undefined): Promise<TokenSource | undefined> =>
    input === undefined ? undefined : await tokenSource(input, context, nested, opened)
  const nested: OpenNested = async (inner) => await nestedTokens(inner, context)
  const proof = clientProof(settings, await source(settings.client.assertion))
  const inputs: Inputs = {
    subject: await source(settings.subject),
    actor: await source(settings.actor),
    assertion: await source(settings.assertion),
  }
  const server = authorizationServer(settings, context)
  const dpop = settings.dpop === undefined ? undefined : await dpopKey(settings.dpop, context.now)
  const parameters = commonParameters(settings, settings.grant)
  // A person may have granted less than was asked for, and asking for more than that is an error (RFC 6749 section 6).
  const people = settings.grant === 'device_code' || settings.grant === 'authorization_code'
  const whenRefreshing = commonParameters(settings, 'refresh_token').filter(
    ([name]) => !people || name !== 'scope',
  )
  const renewableBy = waysToRenew(settings, people)
  let last: OAuthToken | undefined
  const { prefix, profile, client, grant } = settings

  const base = async (
    grant: GrantType,
    wait: WaitOptions,
  ): Promise<Omit<TokenRequest, 'grantType' | 'parameters'>> => {
    const at = await server.get(wait)
    const clientId = client.id
    return { server: at, clientId, proof: await proof(at, wait), grant, dpop: dpop?.handle, profile, prefix }
  }
  const keep = async (answer: TokenEndpointResponse, by: GrantType, at: Server): Promise<OAuthToken> => {
    const token = oauthToken(
      answer,
      {
        obtainedBy: by,
        renewableBy,
        target: targetText(at.metadata.issuer, settings.target),
        lifespanMs: settings.lifespanMs,
        before: by === 'refresh_token' ? last : undefined,
      },
      context.now(),
    )
    if (token.refreshToken !== undefined && token.refreshToken !== last?.refreshToken) {
      await context.prompts?.keepRefreshToken?.(token.refreshToken)
    }
    return token
  }

  const refresh = async (refreshToken: Secret, wait: WaitOptions): Promise<OAuthToken> => {
    const request = await base('refresh_token', wait)
    const answer = await requestToken(
      {
        ...request,
        grantType: grantTypes.refresh_token,
        parameters: [['refresh_token', refreshToken.reveal()], ...whenRefreshing],
      },
      context,
      wait,
    )
    return await keep(finished(answer), 'refresh_token', request.server)
  }

  const obtain = async (wait: WaitOptions): Promise<OAuthToken> => {
    const request = await base(grant, wait)
    if (grant === 'device_code') {
      return await keep(await deviceLogin(request, parameters, context, wait), grant, request.server)
    }
    if (grant === 'authorization_code') {
      const { redirectUri } = settings
      const answer = await browserLogin(request, parameters, redirectUri, context, wait)
      return await keep(answer, grant, request.server)
    }
    const own = await grantParameters(settings, inputs, wait)
    const answer = await requestToken(
      { ...request, grantType: grantTypes[grant], parameters: [...own, ...parameters] },
      context,
      wait,
    )
    return await keep(finished(answer), grant, request.server)
  }

  const next = async (wait: WaitOptions): Promise<OAuthToken> => {
    if (last !== undefined && !settings.renew) throw ended(prefix, 'token-refresh.enabled is false')
    const refreshToken = last === undefined ? settings.refreshToken : last.refreshToken
    if (refreshToken === undefined) {
      if (last !== undefined && people) throw ended(prefix, 'the issuer gave no refresh token')
      return await obtain(wait)
    }
    try {
      return await refresh(refreshToken, wait)
    } catch (error) {
      // A service, or whoever has the subject's token still, starts anew; a person has to come back.
      if (!isAuthError(error, 'refused') || !renewableBy.includes(grant) || grant === 'refresh_token')
        throw error
      return await obtain(wait)
    }
  }

  const tokens = memoize<OAuthToken>(async (wait = {}) => (last = accepted(last, await next(wait))), {
    expiresAt: ({ expiresAt }) => expiresAt,
    timeoutMs: settings.timeoutMs,
    now: context.now,
    ...(settings.aheadMs === undefined ? {} : { refreshAheadMs: settings.aheadMs }),
  })
  return {
    tokens,
    dpop,
    renewableBy,
    reach: async (wait) => void (await server.get(wait)),
    [Symbol.asyncDispose]: async () => {
      await tokens[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
      await Promise.allSettled(opened.map((each) => each[Symbol.asyncDispose]()))
    },
  }
}

async function nestedTokens(settings: OAuthSettings, context: ProviderContext): Promise<Tokens> {
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

/** The identity of a renewal is held against what was there before it takes its place, refresh token and all. */
function accepted(before: OAuthToken | undefined, next: OAuthToken): OAuthToken {
  if (before !== undefined) keepIdentity(before.provenance, next.provenance)
  return next
}

/** People come back with a refresh token only: nobody is asked to log in behind their back. */
function waysToRenew({ grant, renew }: OAuthSettings, people: boolean): readonly GrantType[] {
  if (!renew) return []
  return people || grant === 'refresh_token' ? ['refresh_token'] : ['refresh_token', grant]
}

function finished(answer: Awaited<ReturnType<typeof requestToken>>): TokenEndpointResponse {
  if (typeof answer === 'object') return answer
  throw new AuthError('malformed', `The token endpoint answered ${answer}, which is for devices only`)
}

function ended(prefix: string, why: string): AuthError {
  return new AuthError('refused', `The login has ended, and ${why}: log in again.`, {
    property: `${prefix}grant-type`,
  })
}
