import type { WaitOptions } from '@headgate/http'
import { AuthError, isAuthError } from '../auth-error.ts'
import { memoize, type Memoized } from '../memoize.ts'
import type { ProviderContext } from '../provider-definition.ts'
import { keepIdentity } from '../provenance.ts'
import { Secret } from '../secret.ts'
import { checkToken } from '../token-auth.ts'
import { jwtExpiry, whoOf } from '../token-expiry.ts'
import { tokenTypes } from '../token.ts'
import { oauthToken, type OAuthToken } from './oauth-token.ts'
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
 * Tokens as Iceberg for Java gets them (`OAuth2Util`): the wire forms are its own, renewal is not. A session that was
 * given a token, or exchanged that of a user, is never renewed with the credential of the service: it would become it.
 */
export function legacyTokens(settings: LegacySettings, context: ProviderContext): Memoized<OAuthToken> {
  const { prefix, endpoint, subject, clientId, clientSecret } = settings
  const ofService = settings.token === undefined && subject === undefined
  const exchanges = settings.renew && settings.exchange
  const renewableBy: GrantType[] = [
    ...(exchanges ? (['token-exchange'] as const) : []),
    ...(ofService ? (['client_credentials'] as const) : []),
  ]
  const target: FormParameters = [
    ['scope', settings.scope],
    ...(settings.audience === undefined ? [] : ([['audience', settings.audience]] as const)),
    ...(settings.resource === undefined ? [] : ([['resource', settings.resource]] as const)),
  ]
  const named = { target: `${endpoint} scope=${settings.scope}`, renewableBy }
  let last: OAuthToken | undefined
  let refused = false

  const ask = async (
    grant: 'client_credentials' | 'token-exchange',
    parameters: FormParameters,
    authorization: string | undefined,
    wait: WaitOptions,
  ): Promise<OAuthToken> => {
    const answer = await requestToken(
      {
        server: { metadata: { issuer: endpoint, token_endpoint: endpoint }, discovered: false },
        clientId,
        proof: {
          method: grant === 'client_credentials' ? 'client_secret_post' : 'bearer',
          // No client authentication of OAuth: a header, or nothing but what stands in the form.
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
    if (typeof answer !== 'object') throw new AuthError('malformed', `The token endpoint answered ${answer}`)
    const origin = { ...named, obtainedBy: grant, lifespanMs: settings.lifespanMs, before: undefined }
    return oauthToken(answer, origin, context.now())
  }

  const withCredential = async (wait: WaitOptions): Promise<OAuthToken> => {
    const secret = clientSecret?.reveal() ?? ''
    const id: FormParameters = clientId === undefined ? [] : [['client_id', clientId]]
    return await ask('client_credentials', [...id, ['client_secret', secret]], undefined, wait)
  }

  const first = async (wait: WaitOptions): Promise<OAuthToken> => {
    if (subject !== undefined) {
      const actor = await subject.actor(wait)
      const parameters: FormParameters = [
        ['subject_token', subject.value.reveal()],
        ['subject_token_type', subject.type],
        ['actor_token', actor.value.reveal()],
        ['actor_token_type', tokenTypes.accessToken],
      ]
      return await ask('token-exchange', parameters, `Bearer ${actor.value.reveal()}`, wait)
    }
    return settings.token === undefined ? await withCredential(wait) : given(settings.token)
  }

  const given = (token: Secret): OAuthToken => {
    const value = checkToken(token.reveal().trim(), `${prefix}token`)
    return {
      value: new Secret(value),
      expiresAt: jwtExpiry(value) ?? context.now() + settings.lifespanMs,
      type: tokenTypes.accessToken,
      refreshToken: undefined,
      // How it was got is not known; what it is renewed for stays.
      provenance: { ...named, ...whoOf(value), obtainedBy: 'static' },
    }
  }

  const exchanged = async (before: OAuthToken, wait: WaitOptions): Promise<OAuthToken> => {
    const parameters: FormParameters = [
      ['subject_token', before.value.reveal()],
      ['subject_token_type', before.type ?? tokenTypes.accessToken],
    ]
    const alive = context.now() < before.expiresAt
    // What Java sends when it comes too late: the credential, with the old token as subject.
    if (!alive && clientSecret === undefined) throw ended(prefix, 'its token ran out while nobody used it')
    const authorization = alive
      ? `Bearer ${before.value.reveal()}`
      : `Basic ${base64(`${clientId ?? ''}:${clientSecret?.reveal() ?? ''}`)}`
    return await ask('token-exchange', parameters, authorization, wait)
  }

  const next = async (wait: WaitOptions): Promise<OAuthToken> => {
    if (last === undefined) return await first(wait)
    if (!exchanges || refused) {
      if (ofService) return await withCredential(wait)
      throw ended(prefix, 'token-refresh-enabled or token-exchange-enabled is false')
    }
    try {
      return await exchanged(last, wait)
    } catch (error) {
      if (!ofService || !isAuthError(error, 'refused')) throw error
      refused = true
      context.warn(`${error.message} Asking with the credential instead from now on.`)
      return await withCredential(wait)
    }
  }

  return memoize<OAuthToken>(
    async (wait = {}) => {
      const token = await next(wait)
      if (last !== undefined) keepIdentity(last.provenance, token.provenance)
      return (last = token)
    },
    { expiresAt: ({ expiresAt }) => expiresAt, now: context.now },
  )
}

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
}

function ended(prefix: string, why: string): AuthError {
  return new AuthError('refused', `The session has ended, and ${why}: log in again.`, {
    property: `${prefix}token`,
  })
}
