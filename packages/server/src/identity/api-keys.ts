import { hash } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { type CallerCache, callerCache, callerKey } from '../cache.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { Queryable } from '../store/sql.ts'
import { checkClientSecret } from './client-secret.ts'

export interface ApiKeysOptions {
  readonly sql: Queryable
  /**
   * Returns an object that is replaced when client secrets or principals may have changed. Cache entries with an
   * earlier object are invalid.
   */
  readonly mark: () => object
  /** Returns the time in epoch ms. Tests replace it. */
  readonly now?: () => number
}

interface Entry {
  readonly identity: ProvenIdentity
  readonly until: number
  readonly mark: object
}

/** Time in ms after which a verified key is verified again. Rights are decided for each request. */
const ageMs = 30_000
const maxLength = 1_024

/**
 * Authenticates clients that send a client credential as an API key, in a header that never changes. The key is the
 * credential as the command line prints it, `ID:SECRET`, or only the secret. A verified key is cached by its digest.
 */
export class ApiKeys {
  readonly #options: ApiKeysOptions
  readonly #verified: CallerCache<Entry> = callerCache({ max: 10_000 })

  constructor(options: ApiKeysOptions) {
    this.#options = options
  }

  /**
   * Verifies an API key. Returns the identity of the client, without a promise if the key is cached.
   *
   * @throws HeadgateError `unauthenticated` when the key is not valid
   */
  verify(key: string): ProvenIdentity | Promise<ProvenIdentity> {
    const { mark, now = Date.now } = this.#options
    const digest = callerKey(hash('sha256', key))
    const entry = this.#verified.get(digest)
    if (entry !== undefined && entry.mark === mark() && now() < entry.until) return entry.identity
    return this.#read(key, digest)
  }

  async #read(key: string, digest: ReturnType<typeof callerKey>): Promise<ProvenIdentity> {
    const { sql, mark: readMark, now = Date.now } = this.#options
    // The mark is read before the query, so that a change during the query invalidates the cache entry.
    const mark = readMark()
    if (key.length > maxLength) throw refused()
    const colon = key.lastIndexOf(':')
    const check = await checkClientSecret(
      sql,
      colon < 0 ? null : key.slice(0, colon),
      key.slice(colon + 1),
      now(),
    )
    if (!check.ok) throw refused()
    this.#verified.set(digest, { identity: check.identity, until: now() + ageMs, mark })
    return check.identity
  }
}

function refused(): HeadgateError {
  return new HeadgateError(
    'unauthenticated',
    'The API key is not valid: send a client credential in the header x-api-key, in the form ID:SECRET.',
  )
}
