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
import { together, unusable, untilEnd } from './second-leg-answer.ts'
import { type LegEndpoints, secondLegRequest } from './second-leg-request.ts'
import { toldOfRefusal } from './second-leg-refusal.ts'
import { classifyToken } from './token-kind.ts'
import { verifyAnswer } from './verify-answer.ts'

/**
 * Concurrent requests to one issuer. It limits what clients with many tokens can cause, and an issuer that does not
 * respond does not delay the others.
 */
const maxRunning = 64
/** Ms. What an issuer refused is not asked for again for so long. */
const refusedAgeMs = 5_000
const maxRefused = 1_000

interface Running {
  readonly issuer: string
  readonly answer: Promise<SecondLegResponse>
}

interface Refused {
  readonly answer: SecondLegResponse
  readonly until: number
}

/** Asks issuers, as this server's own client there, for a token of the same user for this server. */
export class IssuerSecondLegs implements SecondLegs {
  readonly #tokens: Pick<IssuerTokens, 'trusted'>
  readonly #now: () => number
  readonly #running = new Map<CallerKey, Running>()
  readonly #refused: CallerCache<Refused> = callerCache({ max: maxRefused })

  /** @throws AuthError `configuration` for settings that contradict themselves */
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

  /** Callers with one token share one request, whose time limit is that of the settings. */
  async ask(token: string, subject: VerifiedExternal): Promise<SecondLegResponse> {
    const trusted = this.#tokens.trusted(subject.issuer)
    const settings = trusted?.issuer.secondLeg ?? null
    if (trusted === undefined || settings === null) return { ok: true, value: subject }
    const key = callerKey(hash('sha256', token, 'base64'))
    const known = this.#refused.get(key)
    if (known !== undefined && this.#now() < known.until) return known.answer
    const running = this.#running.get(key)
    if (running !== undefined) return await running.answer
    if (this.#runningAt(subject.issuer) >= maxRunning)
      throw unavailable('Too many tokens wait for their issuer: try again in a second.', 1)
    const work = this.#exchange(token, subject, trusted, settings).finally(() => this.#running.delete(key))
    this.#running.set(key, { issuer: subject.issuer, answer: work })
    const answer = await work
    if (!answer.ok) this.#refused.set(key, { answer, until: this.#now() + refusedAgeMs })
    return answer
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
      const answering = settings.next === null ? trusted : this.#tokens.trusted(settings.next.issuer)
      if (answering === undefined) throw new Error(`${settings.next?.issuer} is not configured`)
      const clientId = (settings.next?.client ?? settings.client)?.id ?? ''
      const verified = await verifyAnswer(value.reveal(), answering, clientId, this.#now())
      if (!verified.ok) return unusable(answering.issuer.issuer, verified.reason, verified.told)
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

/** @throws HeadgateError `unavailable`; for failures that the request did not cause */
function toRefusal(error: unknown, issuer: string, secrets: readonly string[]): SecondLegResponse {
  if (isAuthError(error, 'refused')) {
    // Text of an issuer may repeat what it was sent.
    const reason = secrets.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), error.message)
    return { ok: false, reason, told: toldOfRefusal(issuer, error.error) }
  }
  const gone = isAuthError(error, 'unavailable') || isAuthError(error, 'malformed')
  if (gone || error instanceof IssuerUnreachable)
    throw unavailable(
      'The issuer of the token cannot be asked to exchange it now: try again in a moment.',
      2,
      error,
    )
  if (isAuthError(error)) throw new Error(`the second leg at ${issuer} cannot work`, { cause: error })
  throw error
}

function unavailable(message: string, retryAfterSeconds: number, cause?: unknown): HeadgateError {
  return new HeadgateError('unavailable', message, {
    retryAfterSeconds,
    ...(cause === undefined ? {} : { cause }),
  })
}
