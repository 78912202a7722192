import { HeadgateError } from '@headgate/errors'
import {
  allowInsecureRequests,
  type AuthorizationServer,
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  type Client,
  type ClientAuth,
  clockSkew,
  customFetch,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  processRevocationResponse,
  refreshTokenGrantRequest,
  revocationRequest,
  type TokenEndpointResponse,
  validateAuthResponse,
} from 'oauth4webapi'
import type { ExternalPrincipals, VerifiedExternal } from '../external.ts'
import type { Trusted } from '../issuers/external-tokens.ts'
import { fetchLimited, IssuerUnreachable } from '../issuers/fetch-json.ts'
import type { ConsoleClient } from '../issuers/issuer.ts'
import { readClaims } from '../issuers/read-claims.ts'
import { verifyJwt } from '../issuers/verify-jwt.ts'
import { takingClient, verifyResponse } from '../issuers/verify-response.ts'
import type { Principal } from '../../proven-identity.ts'
import { maxForeignTokenLength } from '../peek.ts'
import { clientAuth } from './client-auth.ts'
import { describeFailure, SignInRefused } from './sign-in-refused.ts'

/** Sign-in that a browser has started. Only the browser that started it may have it. */
export interface StartedSignIn {
  readonly issuer: string
  readonly state: string
  readonly nonce: string
  /** Code verifier of PKCE (RFC 7636). */
  readonly verifier: string
}

/** Tokens of an issuer that a session keeps. */
export interface IssuerTokenSet {
  /** Null: the issuer returned none, so the session ends with its token. */
  readonly refreshToken: string | null
  /** Hint for the sign-out at the issuer. Null: the issuer returned none. */
  readonly idToken: string | null
}

/** User that signed in, or whose tokens were renewed. */
export interface IssuerUser {
  readonly principal: Principal
  /** Id of the session at the issuer (`sid`). Null: the issuer does not name it. */
  readonly sid: string | null
  readonly tokens: IssuerTokenSet
  /** Epoch ms. End of the token. */
  readonly expiresAt: number
  /** Epoch ms. Time at which the session must be checked at the issuer. */
  readonly checkAt: number
}

interface IssuerSignInOptions {
  readonly trusted: Trusted
  readonly settings: ConsoleClient
  readonly principals: ExternalPrincipals
  readonly redirectUri: string
  readonly now?: () => number
}

interface Library {
  readonly server: AuthorizationServer
  readonly client: Client
  readonly auth: ClientAuth
}

/**
 * Signs users in at an issuer, as its client: authorization code with PKCE, state, nonce and the issuer in the response
 * (OpenID Connect Core section 3.1, RFC 7636, RFC 9207, RFC 9700).
 */
export class IssuerSignIn {
  readonly settings: ConsoleClient
  readonly #options: IssuerSignInOptions
  readonly #now: () => number

  constructor(options: IssuerSignInOptions) {
    this.settings = options.settings
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /**
   * Starts a sign-in. Returns the URL at the issuer that the browser opens.
   *
   * @throws HeadgateError `unavailable` when the metadata of the issuer cannot be loaded
   */
  async start(): Promise<{ readonly url: string; readonly started: StartedSignIn }> {
    const { issuer } = this.#options.trusted.issuer
    const { authorization_endpoint: endpoint = '' } = (await this.#library()).server
    const started = {
      issuer,
      state: generateRandomState(),
      nonce: generateRandomNonce(),
      verifier: generateRandomCodeVerifier(),
    }
    const url = new URL(endpoint)
    const parameters = {
      ...this.settings.parameters,
      response_type: 'code',
      client_id: this.settings.client.id,
      redirect_uri: this.#options.redirectUri,
      scope: this.settings.scope,
      state: started.state,
      nonce: started.nonce,
      code_challenge: await calculatePKCECodeChallenge(started.verifier),
      code_challenge_method: 'S256',
    }
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    return { url: url.href, started }
  }

  /**
   * Finishes a sign-in with the parameters with which the issuer sent the browser back.
   *
   * @throws SignInRefused for a wrong response, or a user without a principal
   * @throws HeadgateError `unavailable` when the issuer does not respond
   */
  async finish({ state, nonce, verifier }: StartedSignIn, callback: URLSearchParams): Promise<IssuerUser> {
    const { server, client, auth } = await this.#library()
    return this.#guarded(async () => {
      const parameters = validateAuthResponse(server, client, callback, state)
      const { redirectUri } = this.#options
      const response = await authorizationCodeGrantRequest(
        server,
        client,
        auth,
        parameters,
        redirectUri,
        verifier,
        requestOptions(server),
      )
      const tokens = await processAuthorizationCodeResponse(server, client, response, {
        expectedNonce: nonce,
        requireIdToken: true,
      })
      const idToken = tokens.id_token ?? ''
      const claims = await this.#verifyIdToken(idToken)
      const user =
        this.settings.token === 'id_token' ? claims.user : await this.#verifyAccessToken(tokens.access_token)
      if (user.subject !== claims.user.subject)
        throw new SignInRefused('refused', 'the id token and the access token name different users')
      return this.#toUser(user, tokens, { sid: claims.sid, idToken })
    })
  }

  /**
   * Renews the tokens of a session, which also checks that the issuer still accepts its user.
   *
   * @throws SignInRefused when the issuer refuses, or the user has changed
   * @throws HeadgateError `unavailable` when the issuer does not respond
   */
  async renew({ refreshToken, idToken }: IssuerTokenSet, principalId: string): Promise<IssuerUser> {
    const { server, client, auth } = await this.#library()
    return this.#guarded(async () => {
      const response = await refreshTokenGrantRequest(
        server,
        client,
        auth,
        refreshToken ?? '',
        requestOptions(server),
      )
      const tokens = await processRefreshTokenResponse(server, client, response)
      const isNamedById = this.settings.token === 'id_token'
      if (isNamedById && tokens.id_token === undefined)
        throw new SignInRefused('refused', 'the response to the refresh contains no id token')
      const named = isNamedById
        ? (await this.#verifyIdToken(tokens.id_token ?? '')).user
        : await this.#verifyAccessToken(tokens.access_token)
      const user = await this.#toUser(named, tokens, { sid: null, idToken: tokens.id_token ?? idToken })
      if (user.principal.id !== principalId)
        throw new SignInRefused('refused', 'the renewed token names another user')
      const kept = user.tokens.refreshToken ?? refreshToken
      return { ...user, tokens: { ...user.tokens, refreshToken: kept } }
    })
  }

  /**
   * Ends the session at the issuer: revokes the refresh token (RFC 7009), and returns the URL at which the browser signs out
   * (OpenID Connect RP-Initiated Logout 1.0), or null when the issuer has none. Failures are ignored, because the session
   * of the console has ended already.
   *
   * @param returnTo URL to which the issuer sends the browser afterwards
   */
  async signOut({ refreshToken, idToken }: IssuerTokenSet, returnTo: string): Promise<string | null> {
    try {
      const { server, client, auth } = await this.#library()
      if (refreshToken !== null && server.revocation_endpoint !== undefined)
        await revocationRequest(server, client, auth, refreshToken, requestOptions(server)).then(
          processRevocationResponse,
        )
      if (server.end_session_endpoint === undefined) return null
      const url = new URL(server.end_session_endpoint)
      url.searchParams.set('client_id', client.client_id)
      url.searchParams.set('post_logout_redirect_uri', returnTo)
      if (idToken !== null) url.searchParams.set('id_token_hint', idToken)
      return url.href
    } catch {
      return null
    }
  }

  async #library(): Promise<Library> {
    const { issuer, keys } = this.#options.trusted
    const { client } = this.settings
    const metadata = await keys.metadata().catch((cause: unknown) => {
      throw unavailable(cause)
    })
    const { authorizationEndpoint, tokenEndpoint, endSessionEndpoint, revocationEndpoint } = metadata
    if (authorizationEndpoint === null || tokenEndpoint === null)
      throw unavailable(
        new IssuerUnreachable(`The metadata of ${issuer.issuer} has no endpoints for a sign-in`),
      )
    return {
      server: {
        issuer: issuer.issuer,
        authorization_endpoint: authorizationEndpoint,
        token_endpoint: tokenEndpoint,
        authorization_response_iss_parameter_supported: metadata.sendsIssuer,
        id_token_signing_alg_values_supported: [...issuer.algorithms],
        ...(endSessionEndpoint === null ? {} : { end_session_endpoint: endSessionEndpoint }),
        ...(revocationEndpoint === null ? {} : { revocation_endpoint: revocationEndpoint }),
      },
      client: { client_id: client.id, [clockSkew]: 0 },
      auth: await clientAuth(client.proof),
    }
  }

  /** Verifies the signature and the claims of an id token. The library has checked its nonce. */
  async #verifyIdToken(
    token: string,
  ): Promise<{ readonly user: VerifiedExternal; readonly sid: string | null }> {
    const { issuer, keys } = this.#options.trusted
    const { id } = this.settings.client
    const now = this.#now()
    const checked = await verifyJwt(token, { issuer, key: keys.key, audiences: [id], now })
    if (!checked.ok) throw new SignInRefused('refused', `id token: ${checked.message}`)
    const read = readClaims(takingClient(issuer, id), { azp: id, ...checked.payload }, now)
    if (!read.ok) throw new SignInRefused('refused', `id token: ${read.message}`)
    const { sid } = checked.payload
    return { user: read.value, sid: typeof sid === 'string' && sid.length <= 512 ? sid : null }
  }

  async #verifyAccessToken(token: string): Promise<VerifiedExternal> {
    const { trusted } = this.#options
    const verified = await verifyResponse(token, trusted, this.settings.client.id, this.#now())
    if (verified.ok) return verified.value
    throw new SignInRefused('refused', `access token: ${verified.message}`)
  }

  async #toUser(
    user: VerifiedExternal,
    { refresh_token: refreshToken }: TokenEndpointResponse,
    { sid, idToken }: { readonly sid: string | null; readonly idToken: string | null },
  ): Promise<IssuerUser> {
    if (user.actor !== null)
      throw new SignInRefused(
        'refused',
        'the token names an actor, but users sign in to the console themselves',
      )
    if ((refreshToken?.length ?? 0) > maxForeignTokenLength || (idToken?.length ?? 0) > maxForeignTokenLength)
      throw new SignInRefused('refused', `a token has more than ${maxForeignTokenLength} characters`)
    const checkAt = refreshToken === undefined ? user.expiresAt : this.#now() + this.settings.checkMs
    return {
      principal: await this.#options.principals.of(user),
      sid,
      tokens: { refreshToken: refreshToken ?? null, idToken },
      expiresAt: user.expiresAt,
      checkAt: Math.min(checkAt, user.expiresAt),
    }
  }

  async #guarded(run: () => Promise<IssuerUser>): Promise<IssuerUser> {
    try {
      return await run()
    } catch (error) {
      if (error instanceof SignInRefused) throw error
      if (error instanceof HeadgateError) {
        if (error.code !== 'unauthenticated') throw error
        throw new SignInRefused('unknown', error.message, { cause: error })
      }
      if (error instanceof IssuerUnreachable) throw unavailable(error)
      throw new SignInRefused('refused', describeFailure(error))
    }
  }
}

function requestOptions({ issuer }: AuthorizationServer): {
  [customFetch]: (url: string, init: object) => Promise<Response>
  [allowInsecureRequests]: boolean
} {
  return {
    [allowInsecureRequests]: issuer.startsWith('http:'),
    [customFetch]: async (url, init) => {
      const { response, bytes } = await fetchLimited(url, init)
      // A refusal ends a session, and 429 is not a refusal of the user.
      if (response.status >= 500 || response.status === 429)
        throw new IssuerUnreachable(`${url} answered ${response.status}`)
      const { status, headers } = response
      return new Response(status === 204 ? null : bytes, { status, headers })
    },
  }
}

function unavailable(cause: unknown): HeadgateError {
  return new HeadgateError('unavailable', 'The identity provider does not respond. Try again in a moment.', {
    cause,
    retryAfterSeconds: 2,
  })
}
