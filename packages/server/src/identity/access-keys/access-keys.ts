import { type CallerCache, callerCache, callerKey, type SharedCache, sharedCache } from '../../cache.ts'
import { SingleFlight } from '../../concurrency/single-flight.ts'
import type { MasterKey } from '../../keys/master-key.ts'
import type { ProvenIdentity } from '../../proven-identity.ts'
import { findAccessKey } from '../../store/access-keys.ts'
import type { Queryable } from '../../store/sql.ts'
import { isAccessKeyId } from './access-key.ts'
import { openSecret } from './sealed-secret.ts'

/** Secret of an access key, and the identity of requests that are signed with it. */
export interface OpenedAccessKey {
  readonly secret: string
  readonly identity: ProvenIdentity
}

export interface AccessKeysOptions {
  readonly sql: Queryable
  readonly master: MasterKey
  /**
   * Returns an object that is replaced when access keys or principals may have changed. Cache entries with an earlier
   * object are invalid.
   */
  readonly mark: () => object
  /** Maximum number of cached access keys. Default 10,000. */
  readonly maxCached?: number
  /** Returns the time in epoch ms. Tests replace it. */
  readonly now?: () => number
}

interface Entry {
  /** Access key with its secret. Null: no access key has this id. */
  readonly key: OpenedAccessKey | null
  readonly until: number
  readonly mark: object
}

/** Time in ms after which a cached access key is read again. Rights are decided for each request. */
const ageMs = 30_000
const maxUnknown = 1_000

/** Finds access keys by their ids. A cached access key needs no query. */
export class AccessKeys {
  readonly #options: AccessKeysOptions
  readonly #now: () => number
  readonly #known: CallerCache<Entry>
  /** Ids that no access key has. They have their own cache, so that invented ids do not evict access keys. */
  readonly #unknown: SharedCache<Entry> = sharedCache({ max: maxUnknown })
  readonly #reads = new SingleFlight<OpenedAccessKey | null>()

  constructor(options: AccessKeysOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#known = callerCache({ max: options.maxCached ?? 10_000 })
  }

  /**
   * Returns the access key with this id, or null. The result does not show whether its principal is enabled; the policy
   * of the principal does. Returns no promise if the access key is cached.
   *
   * @throws HeadgateError `internal` when the master key cannot decrypt the secret
   */
  find(id: string): OpenedAccessKey | null | Promise<OpenedAccessKey | null> {
    // The server creates only ids that `isAccessKeyId` accepts. Any other id is unknown, which needs no query.
    if (!isAccessKeyId(id)) return null
    const entry = this.#known.get(callerKey(id)) ?? this.#unknown.get(id)
    if (entry !== undefined && entry.mark === this.#options.mark() && this.#now() < entry.until)
      return entry.key
    return this.#reads.join(id, () => this.#read(id))
  }

  async #read(id: string): Promise<OpenedAccessKey | null> {
    const { sql, master, mark: readMark } = this.#options
    // The mark is read before the query, so that a change during the query invalidates the cache entry.
    const mark = readMark()
    const row = await findAccessKey(sql, id)
    const until = this.#now() + ageMs
    if (row === null) {
      this.#known.delete(callerKey(id))
      this.#unknown.set(id, { key: null, until, mark })
      return null
    }
    const { sealed, ...principal } = row
    const identity: ProvenIdentity = {
      principal,
      actors: [],
      method: 'access-key',
      provenByKey: id,
      expiresAt: null,
    }
    const key = { secret: openSecret(master, { id, principalId: row.id, sealed }), identity }
    this.#known.set(callerKey(id), { key, until, mark })
    return key
  }
}
