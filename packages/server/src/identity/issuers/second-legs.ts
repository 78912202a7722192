import { hash } from 'node:crypto'
import { isAuthError } from '@headgate/auth'
import { checkTokenProperties, obtainToken } from '@headgate/auth/tokens'
import { HeadgateError } from '@headgate/errors'
import { type CallerCache, callerCache, callerKey, type CallerKey } from '../../cache.ts'
import type { SecondLegResponse, SecondLegs, VerifiedExternal } from '../external.ts'
import { peek } from '../peek.ts'
import type { IssuerTokens, Trusted } from './external-tokens.ts'
import { IssuerUnreachable } from './fetch-json.ts'
import type { Issuer, SecondLegSettings } from './issuer.ts'
import { together, unusable, untilEnd } from './second-leg-response.ts'
import { type LegEndpoints, secondLegRequest } from './second-leg-request.ts'
import { describeRefusal } from './second-leg-refusal.ts'
import { classifyToken } from './token-kind.ts'
import { verifyResponse } from './verify-response.ts'

/**
 * Maximum number of concurrent requests to one issuer. It limits the requests that clients with many tokens can
 * cause. Because it counts each issuer separately, an issuer that does not respond does not delay the others.
 */
const maxRunning = 64
/** Time in ms for which a token that its issuer refused is refused again without a request. */
const refusedAgeMs = 5_000
const maxRefused = 1_000

interface Running {
  readonly issuer: string
  readonly response: Promise<SecondLegResponse>
}

interface Refused {
  readonly response: SecondLegResponse
  readonly until: number
}

/**
 * Exchanges the token of a user at the issuer of this token (second leg): requests a token of the same user for this
 * server, as a client of that issuer.
 */
export class IssuerSecondLegs implements SecondLegs {
  readonly #tokens: Pick<IssuerTokens, 'trusted'>
  readonly #now: () => number
  readonly #running = new Map<CallerKey, Running>()
  readonly #refused: CallerCache<Refused> = callerCache({ max: maxRefused })

  /**
   * Checks the settings of all issuers.
   *
   * @throws AuthError `configuration` for contradictory settings
   */
  constructor(
    tokens: Pick<IssuerTokens, 'trusted'>,
    { issuers, now = Date.now }: { readonly issuers: readonly Issuer[]; readonly now?: () => number },
  ) {
    this.#tokens = tokens
    this.#now = now
    for (const { issuer, secondLeg } of issuers)
      if (secondLeg !== null) refuseContradictions(issuer, secondLeg)
  }

  findProfile(issuer: string): string | null {
    return this.#tokens.trusted(issuer)?.issuer.secondLeg?.profile ?? null
  }

  /**
   * Exchanges the token of a user at its issuer. Concurrent calls with the same token share one request. The time limit
   * of the request is `timeoutMs` in the settings.
   */
  async ask(token: string, subject: VerifiedExternal): Promise<SecondLegResponse> {
    const trusted = this.#tokens.trusted(subject.issuer)
    const settings = trusted?.issuer.secondLeg ?? null
    if (trusted === undefined || settings === null) return { ok: true, value: subject }
    const key = callerKey(hash('sha256', token, 'base64'))
    const known = this.#refused.get(key)
    if (known !== undefined && this.#now() < known.until) return known.response
    const running = this.#running.get(key)
    if (running !== undefined) return await running.response
    if (this.#runningAt(subject.issuer) >= maxRunning)
      throw unavailable('Too many requests to the issuer of the token are running. Try again in a second.', 1)
    const work = this.#exchange(token, subject, trusted, settings).finally(() => this.#running.delete(key))
    this.#running.set(key, { issuer: subject.issuer, response: work })
    const response = await work
    if (!response.ok) this.#refused.set(key, { response, until: this.#now() + refusedAgeMs })
    return response
  }

  #runningAt(issuer: string): number {
    return this.#running.size < maxRunning
      ? 0
      : [...this.#running.values()].filter((each) => each.issuer === issuer).length
  }

  async #exchange(
    token: string,
    subject: VerifiedExternal,
    trusted: Trusted,
    settings: SecondLegSettings,
  ): Promise<SecondLegResponse> {
    const { issuer } = trusted.issuer
    try {
      const request = secondLegRequest(
        settings,
        { value: token, kind: kindOfToken(token) },
        await this.#endpoints(trusted, settings),
      )
      const { value, expiresAt = Infinity } = await obtainToken(request, { prefix, now: this.#now })
      if (settings.answer === 'opaque') return untilEnd(subject, expiresAt)
      const responder = settings.next === null ? trusted : this.#tokens.trusted(settings.next.issuer)
      if (responder === undefined)
        throw new Error(`the issuer ${settings.next?.issuer} of the second exchange is not configured`)
      const clientId = (settings.next?.client ?? settings.client)?.id ?? ''
      const verified = await verifyResponse(value.reveal(), responder, clientId, this.#now())
      if (!verified.ok) return unusable(responder.issuer.issuer, verified.reason, verified.message)
      const own = [settings.client?.id, settings.next?.client.id].filter((id) => id !== undefined)
      const both = together(subject, verified.value, own)
      return both.ok ? untilEnd(both.value, expiresAt) : both
    } catch (error) {
      return toRefusal(error, issuer, listSecrets(settings, token))
    }
  }

  async #endpoints({ issuer, keys }: Trusted, settings: SecondLegSettings): Promise<LegEndpoints> {
    const { next, tokenEndpoint, profile } = settings
    const after = next === null ? undefined : this.#tokens.trusted(next.issuer)
    const [token, following] = await Promise.all([
      tokenEndpoint ?? (profile === 'google-sts' ? undefined : keys.tokenEndpoint()),
      next?.tokenEndpoint ?? after?.keys.tokenEndpoint(),
    ])
    return {
      token,
      issuer: issuer.issuer,
      next: next === null || following === undefined ? null : { token: following, issuer: next.issuer },
    }
  }
}

const prefix = 'secondLeg.'

function refuseContradictions(issuer: string, settings: SecondLegSettings): void {
  const token = 'https://issuer.example/token'
  const endpoints: LegEndpoints = {
    token: settings.tokenEndpoint ?? (settings.profile === 'google-sts' ? undefined : token),
    issuer,
    next: settings.next === null ? null : { token: settings.next.tokenEndpoint ?? token, issuer },
  }
  checkTokenProperties(secondLegRequest(settings, { value: 'x', kind: 'access_token' }, endpoints), prefix)
}

function kindOfToken(token: string): 'access_token' | 'id_token' | 'opaque' {
  const peeked = peek(token)
  if (peeked === null) return 'opaque'
  const found = classifyToken(peeked.header, peeked.claims)
  return 'kind' in found ? found.kind : 'opaque'
}

function listSecrets({ client, next }: SecondLegSettings, token: string): readonly string[] {
  const clients = [client, next?.client].filter((each) => each !== null && each !== undefined)
  return [token, ...clients.flatMap(({ proof }) => ('secret' in proof ? [proof.secret.reveal()] : []))]
}

/**
 * Converts the error of a token exchange at an issuer to a refused result.
 *
 * @throws HeadgateError `unavailable` when the issuer did not respond correctly
 */
function toRefusal(error: unknown, issuer: string, secrets: readonly string[]): SecondLegResponse {
  if (isAuthError(error, 'refused')) {
    // The error text of an issuer may contain the secrets that the server sent.
    const reason = secrets.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), error.message)
    return { ok: false, reason, message: describeRefusal(issuer, error.error) }
  }
  const gone = isAuthError(error, 'unavailable') || isAuthError(error, 'malformed')
  if (gone || error instanceof IssuerUnreachable)
    throw unavailable('The exchange of the token at its issuer failed. Try again in a moment.', 2, error)
  if (isAuthError(error))
    throw new Error(`the second exchange (secondLeg) at ${issuer} has invalid settings`, { cause: error })
  throw error
}

function unavailable(message: string, retryAfterSeconds: number, cause?: unknown): HeadgateError {
  return new HeadgateError('unavailable', message, {
    retryAfterSeconds,
    ...(cause === undefined ? {} : { cause }),
  })
}
