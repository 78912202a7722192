import { setTimeout as sleep } from 'node:timers/promises'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { SingleFlight } from '../concurrency/single-flight.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { deleteConsoleSession } from '../store/console-sessions.ts'
import { type DueRenewal, postponeRenewal, storeRenewal, takeRenewal } from '../store/issuer-sessions.ts'
import type { Queryable } from '../store/sql.ts'
import { type KeptTokens, openTokens, sealTokens } from './issuer-tokens.ts'

/** Result of a renewal at an issuer. Times are epoch ms. */
export interface RenewedTokens {
  readonly tokens: KeptTokens
  readonly checkAt: number
  readonly expiresAt: number
}

export interface SessionRenewalOptions {
  readonly sql: Queryable
  readonly ring: KeyRing
  /**
   * Renews the tokens of a principal at an issuer. Returns null when the issuer refuses.
   *
   * @throws HeadgateError `unavailable` when the issuer does not respond
   */
  readonly renewAt: (issuer: string, tokens: KeptTokens, principalId: string) => Promise<RenewedTokens | null>
}

interface DueSession {
  readonly id: string
  readonly principalId: string
}

/**
 * Time in seconds after which another request may renew the session. A renewal takes at most 20 s: it sends up to four
 * requests to the issuer (metadata, token, keys, introspection), each with a time limit of 5 s.
 */
const leaseSeconds = 30
/** Maximum time in ms for which a request waits for a renewal by another process. */
const maxWaitMs = 15_000
/** Time in ms between two looks at a session that another process renews. */
const pollMs = 200
/** Time in seconds until the next attempt, while the issuer does not respond. */
const postponeSeconds = 5

/**
 * Renews sessions at their issuers. A session is renewed by one request of one process at a time, because issuers that rotate
 * refresh tokens revoke a session whose refresh token is used twice. If the process dies during a renewal at such an issuer,
 * the new refresh token is lost, and the user signs in again.
 */
export class SessionRenewal {
  readonly #options: SessionRenewalOptions
  readonly #running = new SingleFlight<boolean>()

  constructor(options: SessionRenewalOptions) {
    this.#options = options
  }

  /**
   * Renews a session whose check is due. Returns false when the session has ended.
   *
   * @throws HeadgateError `unavailable` when the issuer does not respond and the token of the session has expired
   */
  async renew(session: DueSession): Promise<boolean> {
    return this.#running.join(session.id, () => this.#renew(session))
  }

  async #renew(session: DueSession): Promise<boolean> {
    const patience = performance.now() + maxWaitMs
    for (;;) {
      const due = await takeRenewal(this.#options.sql, session.id, leaseSeconds)
      if (due === null) return false
      if (due.state === 'taken') return this.#renewTaken(session, due)
      if (due.state === 'renewed') return true
      if (performance.now() > patience) throw unavailable()
      await sleep(pollMs)
    }
  }

  async #renewTaken({ id, principalId }: DueSession, due: DueRenewal): Promise<boolean> {
    const { sql, ring, renewAt } = this.#options
    const tokens = openTokens(ring, due.tokens)
    const canRenew = tokens !== null && tokens.refreshToken !== null
    try {
      const renewed = canRenew ? await renewAt(due.issuer, tokens, principalId) : null
      if (renewed === null) {
        await deleteConsoleSession(sql, id, principalId)
        return false
      }
      await storeRenewal(sql, id, {
        tokens: sealTokens(ring, renewed.tokens),
        checkAt: renewed.checkAt,
        tokenEndsAt: renewed.expiresAt,
      })
      return true
    } catch (error) {
      await postponeRenewal(sql, id, postponeSeconds)
      if (due.isTokenLive && isHeadgateError(error, 'unavailable')) return true
      throw error
    }
  }
}

function unavailable(): HeadgateError {
  return new HeadgateError('unavailable', 'The session is being renewed. Try again in a moment.', {
    retryAfterSeconds: 2,
  })
}
