import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { TableIdentifier } from '@headgate/iceberg/rest'
import { stringify } from '@headgate/json'
import { sharedCache } from '../cache.ts'
import { missingNamespace, missingRelation } from '../catalog/existing.ts'
import { SingleFlight } from '../concurrency/single-flight.ts'
import { readMetadata } from './load-result.ts'
import { toPrefixes } from './remote-prefixes.ts'
import type { StagedRenewal } from './staged-renewal.ts'
import type { Upstream } from './upstream.ts'
import type { UpstreamAccount, UpstreamWarehouse } from './upstream-warehouse.ts'
import { decodeVendedKeys, type VendedKeys } from './vended-keys.ts'

/** Table and permission for which the server requests storage credentials from the upstream catalog. */
export interface KeyRequest {
  readonly warehouse: UpstreamWarehouse
  readonly table: { readonly id: string; readonly staged: boolean }
  /** Current name of the table. */
  readonly identifier: TableIdentifier
  readonly permission: 'read' | 'read-write'
  /**
   * Canonical locations of the table, each ending in `/`. For a staged table, the first one is the location
   * of the table itself.
   */
  readonly prefixes: readonly string[]
}

/** Object that opens the upstream catalogs of warehouses. */
interface OpenUpstreams {
  getForService(warehouse: UpstreamWarehouse, account: UpstreamAccount): Promise<Upstream>
}

interface Entry {
  readonly keys: VendedKeys
  /** Time in epoch ms before which a failed renewal is not repeated. */
  retryAt: number
}

const maxEntries = 10_000
/** Remaining lifetime in ms below which a caller waits for the renewal of the credentials. */
const safetyMs = 30_000
/**
 * Time in ms after a failed renewal in which no other renewal is tried. Credentials that are still valid are
 * used in this time.
 */
const retryMs = 5_000
/**
 * Age in ms after which long-lived keys are requested again, because the upstream catalog may have revoked
 * the access.
 */
const maxAgeMs = 1_800_000
/**
 * Age in ms below which credentials that the storage refused are not renewed, because new credentials would
 * also be refused.
 */
const freshMs = 10_000

/**
 * Requests storage credentials for tables from upstream catalogs and caches them. After half of their
 * lifetime, the next use starts a renewal in the background. Concurrent callers share one request. While the
 * upstream catalog fails, the cached credentials are used until they expire.
 */
export class RemoteKeys {
  readonly #upstreams: OpenUpstreams
  readonly #findStaged: (id: string) => Promise<StagedRenewal | null>
  readonly #now: () => number
  readonly #entries = sharedCache<Entry>({ max: maxEntries })
  readonly #renewals = new SingleFlight<VendedKeys>()

  /**
   * @param findStaged returns the data with which the credentials of a staged table are renewed, if another
   *   process staged the table
   */
  constructor(
    upstreams: OpenUpstreams,
    findStaged: (id: string) => Promise<StagedRenewal | null>,
    now: () => number = Date.now,
  ) {
    this.#upstreams = upstreams
    this.#findStaged = findStaged
    this.#now = now
  }

  /**
   * Returns storage credentials for a table.
   *
   * @param minLifeMs minimum remaining lifetime in ms. Credentials with a shorter remaining lifetime are
   *   renewed first
   * @throws HeadgateError `bad-gateway` when the upstream catalog vends no credentials, and errors of
   *   requests to the upstream catalog
   */
  async get(request: KeyRequest, minLifeMs: number = 0): Promise<VendedKeys> {
    const key = cacheKey(request)
    const entry = this.#entries.get(key)
    if (entry === undefined) return await this.#renew(key, request)
    const now = this.#now()
    const { fetchedAt, expiresAt } = entry.keys
    const end = expiresAt ?? Infinity
    const life = end - fetchedAt
    // If the whole lifetime of the credentials is shorter than the minimum, they are renewed in the second
    // half of their lifetime.
    const required = Math.max(Math.min(minLifeMs, life / 2), Math.min(safetyMs, life / 4))
    if (end - now < required) return await this.#renewOrUse(key, request, entry)
    if (now >= fetchedAt + Math.min(life / 2, maxAgeMs) && now >= entry.retryAt) {
      entry.retryAt = now + retryMs
      this.#renew(key, request).catch((error: unknown) => this.#afterFailure(key, entry, error))
    }
    return entry.keys
  }

  /**
   * Renews credentials whose remaining lifetime is too short. If the renewal fails and the credentials are
   * still valid, returns them unchanged. Throws when the upstream catalog refuses to vend credentials.
   */
  async #renewOrUse(key: string, request: KeyRequest, entry: Entry): Promise<VendedKeys> {
    const isValid = (): boolean => this.#now() < (entry.keys.expiresAt ?? Infinity)
    if (isValid() && this.#now() < entry.retryAt) return entry.keys
    try {
      return await this.#renew(key, request)
    } catch (error) {
      this.#afterFailure(key, entry, error)
      entry.retryAt = this.#now() + retryMs
      if (isRefusal(error) || !isValid()) throw error
      return entry.keys
    }
  }

  /**
   * Removes cached credentials if the error of their renewal means that the upstream catalog no longer vends
   * them.
   */
  #afterFailure(key: string, entry: Entry, error: unknown): void {
    if (isRefusal(error) && this.#entries.get(key) === entry) this.#entries.delete(key)
  }

  /**
   * Caches the credentials in the response to a request that created a table, so that the first use needs no
   * further request. Returns null when the response contains no credentials.
   */
  keep(request: KeyRequest, body: Buffer): VendedKeys | null {
    const keys = decodeVendedKeys(body, this.#now())
    if (keys !== null) this.#entries.set(cacheKey(request), { keys, retryAt: 0 })
    return keys
  }

  /**
   * Removes cached credentials that the storage has refused. Returns false when the credentials are so new
   * that others would be refused too, so that a retry is useless.
   */
  discard(request: KeyRequest, refused: VendedKeys): boolean {
    const key = cacheKey(request)
    const entry = this.#entries.get(key)
    if (entry?.keys !== refused) return true
    if (this.#now() - refused.fetchedAt < freshMs) return false
    this.#entries.delete(key)
    return true
  }

  async #renew(key: string, request: KeyRequest): Promise<VendedKeys> {
    return await this.#renewals.join(key, async () => {
      const keys = await this.#fetch(request, this.#entries.get(key)?.keys ?? null)
      this.#entries.set(key, { keys, retryAt: 0 })
      return keys
    })
  }

  async #fetch(request: KeyRequest, before: VendedKeys | null): Promise<VendedKeys> {
    const { warehouse, table, permission } = request
    // All callers with this permission share the credentials, so they are requested with an account of the
    // warehouse, and not with the identity of a user.
    const account = permission === 'read' ? 'reader' : 'writer'
    const upstream = await this.#upstreams.getForService(warehouse, account)
    const body = await (table.staged
      ? renewStaged(upstream, request, await this.#renewal(table.id, before))
      : loadKeys(upstream, request))
    const keys = decodeVendedKeys(body, this.#now())
    if (keys !== null) return keys
    throw new HeadgateError(
      'bad-gateway',
      `The upstream of warehouse ${warehouse.name} vends no storage credentials for this table: an administrator can test it with headgate warehouse check.`,
    )
  }

  async #renewal(id: string, before: VendedKeys | null): Promise<StagedRenewal | null> {
    return before === null ? await this.#findStaged(id) : { url: before.refreshUrl }
  }
}

/**
 * Returns whether an error means that the upstream catalog no longer vends credentials for the table, so that
 * the cached credentials must not be used any more.
 */
function isRefusal(error: unknown): boolean {
  return isHeadgateError(error, 'forbidden') || isHeadgateError(error, 'no-such-table')
}

function cacheKey({ warehouse, table, permission }: KeyRequest): string {
  return `${warehouse.id} ${warehouse.version} ${table.id} ${permission}`
}

/** Requests storage credentials for a table that exists in the upstream catalog. */
async function loadKeys(upstream: Upstream, { identifier }: KeyRequest): Promise<Buffer> {
  // Other callers may share this response, so the request does not end when one caller disconnects. It has
  // only its own time limits.
  const { signal } = new AbortController()
  const missing = (): HeadgateError => missingRelation('table', identifier)
  const id = (await upstream.offers('loadCredentials', signal)) ? 'loadCredentials' : 'loadTable'
  const query = id === 'loadTable' ? { snapshots: 'refs' } : {}
  const call = { id, target: { identifier }, query, missing, vends: true } as const
  return (await upstream.call(call, signal)).body
}

/**
 * Renews the storage credentials of a staged table. Uses the renewal URL that the upstream catalog returned.
 * Without a URL, loads the table, which already exists if it was early-staged. If the table does not exist,
 * stages it again; this works only if the upstream catalog chooses the same location again.
 *
 * @param renewal renewal URL of the table, or null when the server does not know how to renew its
 *   credentials. The table is then not staged again
 */
async function renewStaged(
  upstream: Upstream,
  request: KeyRequest,
  renewal: StagedRenewal | null,
): Promise<Buffer> {
  const { identifier } = request
  const { signal } = new AbortController()
  const missing = (): HeadgateError => missingRelation('table', identifier)
  const url = renewal?.url ?? null
  if (url !== null) return (await upstream.followRefreshUrl(url, missing, signal)).body
  try {
    return await loadKeys(upstream, request)
  } catch (error) {
    if (!isHeadgateError(error, 'no-such-table')) throw error
    if (renewal === null) throw notRenewable(error)
  }
  return await stageAgain(upstream, request, signal)
}

async function stageAgain(
  upstream: Upstream,
  { identifier, prefixes }: KeyRequest,
  signal: AbortSignal,
): Promise<Buffer> {
  const { name, namespace } = identifier
  const location = prefixes[0]?.replace(/\/$/, '')
  const schema = { type: 'struct', 'schema-id': 0, fields: [] }
  const body = stringify({ name, location, schema, 'stage-create': true })
  const missing = (): HeadgateError => missingNamespace(namespace)
  const call = { id: 'createTable', target: { namespace }, body, missing, vends: true } as const
  const staged = await upstream.call(call, signal)
  const [chosen] = toPrefixes([readMetadata(staged.body, 'table').location])
  if (chosen !== prefixes[0]) throw notRenewable(null)
  return staged.body
}

function notRenewable(cause: unknown): HeadgateError {
  return new HeadgateError(
    'unsupported',
    'The upstream cannot renew the storage credentials of a table that is being created: repeat the job, or use storage credentials of this server.',
    { cause },
  )
}
