import type { WaitOptions } from '@headgate/http'
import { AuthError, isAuthError } from '../auth-error.ts'
import { memoize, type Memoized } from '../memoize.ts'
import type { ProviderContext } from '../provider-definition.ts'
import { keepIdentity } from '../provenance.ts'
import { Secret } from '../secret.ts'
import { checkToken } from '../token-auth.ts'
import { jwtExpiry, jwtProvenance } from '../token-expiry.ts'
import { tokenTypes } from '../token.ts'
import { toOAuthToken, type OAuthToken } from './oauth-token.ts'
import { grantTypes, type FormParameters, type GrantType } from './profiles.ts'
import { requestToken } from './token-client.ts'
import type { TokenSource } from './token-source.ts'

export interface LegacySettings {
  readonly endpoint: string
  readonly prefix: string
  readonly clientId: string | undefined
  readonly clientSecret: Secret | undefined
  readonly token: Secret | undefined
  readonly subject: { readonly value: Secret; readonly type: string; readonly actor: TokenSource } | undefined
  readonly scope: string
  readonly audience: string | undefined
  readonly resource: string | undefined
  readonly lifespanMs: number
  readonly renew: boolean
  readonly exchange: boolean
}

/**
 * Obtains tokens with the requests of Iceberg for Java (`OAuth2Util`), but renews them differently. A session with a
 * configured token, or with the exchanged token of a user, is never renewed with the credential of the service, because
 * the session would get the identity of the service.
 */
export function legacyTokens(settings: LegacySettings, context: ProviderContext): Memoized<OAuthToken> {
  const { prefix, endpoint, subject, clientId, clientSecret } = settings
  const isService = settings.token === undefined && subject === undefined
  const renewsByExchange = settings.renew && settings.exchange
  const renewableBy: GrantType[] = [
    ...(renewsByExchange ? (['token-exchange'] as const) : []),
    ...(isService ? (['client_credentials'] as const) : []),
  ]
  const target: FormParameters = [
    ['scope', settings.scope],
    ...(settings.audience === undefined ? [] : ([['audience', settings.audience]] as const)),
    ...(settings.resource === undefined ? [] : ([['resource', settings.resource]] as const)),
  ]
  const provenance = { target: `${endpoint} scope=${settings.scope}`, renewableBy }
  let last: OAuthToken | undefined
  let exchangeRefused = false

  const requestLegacyToken = async (
    grant: 'client_credentials' | 'token-exchange',
    parameters: FormParameters,
    authorization: string | undefined,
    wait: WaitOptions,
  ): Promise<OAuthToken> => {
    const response = await requestToken(
      {
        server: { metadata: { issuer: endpoint, token_endpoint: endpoint }, discovered: false },
        clientId,
        clientAuth: {
          method: grant === 'client_credentials' ? 'client_secret_post' : 'bearer',
          // Only token exchanges send an Authorization header. A client_credentials request contains the secret in its
          // parameters.
          auth: (_server, _client, _body, headers) => {
            if (authorization !== undefined) headers.set('authorization', authorization)
          },
        },
        grant,
        grantType: grantTypes[grant],
        parameters: [...parameters, ...target],
        profile: 'iceberg-legacy',
        prefix,
      },
      context,
      wait,
    )
    if (typeof response !== 'object')
      throw new AuthError(
        'malformed',
        `The token endpoint answered ${response}, which is valid only for device logins`,
      )
    const origin = { ...provenance, obtainedBy: grant, lifespanMs: settings.lifespanMs, before: undefined }
    return toOAuthToken(response, origin, context.now())
  }

  const requestWithCredential = async (wait: WaitOptions): Promise<OAuthToken> => {
    const secret = clientSecret?.reveal() ?? ''
    const id: FormParameters = clientId === undefined ? [] : [['client_id', clientId]]
    return await requestLegacyToken('client_credentials', [...id, ['client_secret', secret]], undefined, wait)
  }

  const obtainFirst = async (wait: WaitOptions): Promise<OAuthToken> => {
    if (subject !== undefined) {
      const actor = await subject.actor(wait)
      const parameters: FormParameters = [
        ['subject_token', subject.value.reveal()],
        ['subject_token_type', subject.type],
        ['actor_token', actor.value.reveal()],
        ['actor_token_type', tokenTypes.accessToken],
      ]
      return await requestLegacyToken('token-exchange', parameters, `Bearer ${actor.value.reveal()}`, wait)
    }
    return settings.token === undefined ? await requestWithCredential(wait) : readConfigured(settings.token)
  }

  const readConfigured = (token: Secret): OAuthToken => {
    const value = checkToken(token.reveal().trim(), `${prefix}token`)
    return {
      value: new Secret(value),
      expiresAt: jwtExpiry(value) ?? context.now() + settings.lifespanMs,
      type: tokenTypes.accessToken,
      refreshToken: undefined,
      // The origin of a configured token is not known, but renewals of the token use the target and the methods in
      // `provenance`.
      provenance: { ...provenance, ...jwtProvenance(value), obtainedBy: 'static' },
    }
  }

  const exchange = async (before: OAuthToken, wait: WaitOptions): Promise<OAuthToken> => {
    const parameters: FormParameters = [
      ['subject_token', before.value.reveal()],
      ['subject_token_type', before.type ?? tokenTypes.accessToken],
    ]
    const isValid = context.now() < before.expiresAt
    // As in Iceberg for Java, the credential authenticates the exchange of an expired token. Without a credential, an
    // expired token cannot be exchanged.
    if (!isValid && clientSecret === undefined)
      throw sessionEnded(prefix, 'the token of the session expired before it was renewed')
    const authorization = isValid
      ? `Bearer ${before.value.reveal()}`
      : `Basic ${base64(`${clientId ?? ''}:${clientSecret?.reveal() ?? ''}`)}`
    return await requestLegacyToken('token-exchange', parameters, authorization, wait)
  }

  const obtainNext = async (wait: WaitOptions): Promise<OAuthToken> => {
    if (last === undefined) return await obtainFirst(wait)
    if (!renewsByExchange || exchangeRefused) {
      if (isService) return await requestWithCredential(wait)
      throw sessionEnded(prefix, 'token-refresh-enabled or token-exchange-enabled is false')
    }
    try {
      return await exchange(last, wait)
    } catch (error) {
      if (!isService || !isAuthError(error, 'refused')) throw error
      exchangeRefused = true
      context.warn(`${error.message} From now on, tokens are requested with the credential instead.`)
      return await requestWithCredential(wait)
    }
  }

  return memoize<OAuthToken>(
    async (wait = {}) => {
      const token = await obtainNext(wait)
      if (last !== undefined) keepIdentity(last.provenance, token.provenance)
      return (last = token)
    },
    { expiresAt: ({ expiresAt }) => expiresAt, now: context.now },
  )
}

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
}

function sessionEnded(prefix: string, reason: string): AuthError {
  return new AuthError('refused', `The session has ended, because ${reason}: log in again.`, {
    property: `${prefix}token`,
  })
}
