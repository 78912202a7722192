import { hash } from 'node:crypto'
import { callerCache, type CallerCache, callerKey, type CallerKey } from '../cache.ts'
import { SingleFlight } from '../concurrency/single-flight.ts'
import type { IdentityMode } from './identity.ts'
import type { Upstream } from './upstream.ts'
import type { UpstreamUser } from './user-auth.ts'

/** Maximum number of user sessions, for all upstream catalogs together. */
const maxSessions = 10_000
/** Maximum age of a session in ms. */
const maxAgeMs = 900_000

/** Connections and identity mode that a session belongs to. */
export interface SessionScope {
  /**
   * Number of the connections to the upstream catalog (`Connected.id`). It changes with the settings of the
   * warehouse.
   */
  readonly connection: number
  readonly mode: IdentityMode
}

/**
 * Sessions of users at upstream catalogs. Each session has its own credentials, its own copy of the catalog's
 * configuration and its own shared requests, so that no response can reach another user. A session belongs to
 * one principal and to the engine that acts for it. If the identity mode uses the token of the client, the
 * session also belongs to this token and ends with it. A session holds no connections and no timers, so
 * requests in progress can complete after it was evicted.
 */
export class UserSessions {
  readonly #sessions: CallerCache<Upstream> = callerCache({ max: maxSessions })
  readonly #opening = new SingleFlight<Upstream>()

  /** Number of cached sessions. */
  get size(): number {
    return this.#sessions.size
  }

  /** Returns the cached session of a user, or opens a new session. */
  async get(scope: SessionScope, user: UpstreamUser, open: () => Promise<Upstream>): Promise<Upstream> {
    const key = sessionKey(scope, user)
    const known = this.#sessions.get(key)
    if (known !== undefined) return known
    return await this.#opening.join(key, async () => {
      const upstream = await open()
      const { expiresAt } = user.identity
      const left = scope.mode === 'assert' || expiresAt === null ? maxAgeMs : expiresAt - Date.now()
      if (left > 0) this.#sessions.set(key, upstream, { ttl: Math.min(left, maxAgeMs) })
      return upstream
    })
  }

  clear(): void {
    this.#sessions.clear()
  }
}

function sessionKey(
  { connection, mode }: SessionScope,
  { identity, externalToken }: UpstreamUser,
): CallerKey {
  const { principal, actors } = identity
  const usesToken = mode === 'exchange' || mode === 'forward'
  const digest = usesToken && externalToken ? hash('sha256', externalToken, 'base64') : '-'
  return callerKey(principal.id, actors[0]?.id ?? '-', String(connection), mode, digest)
}
