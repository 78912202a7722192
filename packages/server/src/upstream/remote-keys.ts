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

/** Table and right for which storage credentials of the upstream are used. */
export interface KeyRequest {
  readonly warehouse: UpstreamWarehouse
  readonly table: { readonly id: string; readonly staged: boolean }
  /** Current name of the table. */
  readonly identifier: TableIdentifier
  readonly permission: 'read' | 'read-write'
  /** Canonical locations of the table, each ending in `/`. The first one is the location of a staged table. */
  readonly prefixes: readonly string[]
}

/** Opens the upstreams of warehouses. */
interface OpenUpstreams {
  getForService(warehouse: UpstreamWarehouse, account: UpstreamAccount): Promise<Upstream>
}

interface Entry {
  readonly keys: VendedKeys
  /** Epoch ms. Before this time, a failed renewal is not repeated. */
  retryAt: number
}

const maxEntries = 10_000
/** Remaining lifetime in ms at which requests wait for the renewal of keys. */
const safetyMs = 30_000
/** Time in ms after a failed renewal, during which keys that are still valid are used without another attempt. */
const retryMs = 5_000
/** Age in ms after which long-lived keys are requested again, because the upstream may have changed its decision. */
const maxAgeMs = 1_800_000
/** Age in ms up to which keys that the storage refuses are not renewed: new keys would be refused as well. */
const freshMs = 10_000

/**
 * Requests storage credentials for tables from upstreams and keeps them until half of their lifetime is over. It then
 * renews them while they are still used. Concurrent callers share one request. While the upstream fails, credentials are
 * used until they expire.
 */
export class RemoteKeys {
  readonly #upstreams: OpenUpstreams
  readonly #findStaged: (id: string) => Promise<StagedRenewal | null>
  readonly #now: () => number
  readonly #entries = sharedCache<Entry>({ max: maxEntries })
  readonly #renewals = new SingleFlight<VendedKeys>()

  /** @param findStaged returns the renewal of a staged table that another process staged */
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
   * Returns the credentials of a table.
   *
   * @param minLifeMs minimum remaining lifetime; credentials with less are renewed first
   * @throws HeadgateError `bad-gateway` when the upstream vends none, and errors of the upstream
   */
  async get(request: KeyRequest, minLifeMs: number = 0): Promise<VendedKeys> {
    const key = cacheKey(request)
    const entry = this.#entries.get(key)
    if (entry === undefined) return await this.#renew(key, request)
    const now = this.#now()
    const { fetchedAt, expiresAt } = entry.keys
    const end = expiresAt ?? Infinity
    const life = end - fetchedAt
    // Keys whose whole lifetime is shorter than the minimum are used in the first half of it.
    const required = Math.max(Math.min(minLifeMs, life / 2), Math.min(safetyMs, life / 4))
    if (end - now < required) return await this.#renewOrUse(key, request, entry)
    if (now >= fetchedAt + Math.min(life / 2, maxAgeMs) && now >= entry.retryAt) {
      entry.retryAt = now + retryMs
      this.#renew(key, request).catch((error: unknown) => this.#afterFailure(key, entry, error))
    }
    return entry.keys
  }

  /** Renews keys whose remaining lifetime is too short. They are still used when the upstream fails for a short time. */
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

  /** Removes keys that the upstream no longer vends. */
  #afterFailure(key: string, entry: Entry, error: unknown): void {
    if (isRefusal(error) && this.#entries.get(key) === entry) this.#entries.delete(key)
  }

  /**
   * Caches credentials in the response of a creation, so that no further request is necessary. Returns null when the
   * response contains none.
   */
  keep(request: KeyRequest, body: Buffer): VendedKeys | null {
    const keys = decodeVendedKeys(body, this.#now())
    if (keys !== null) this.#entries.set(cacheKey(request), { keys, retryAt: 0 })
    return keys
  }

  /**
   * Discards credentials that the storage refused. Returns false when they are so new that others would be refused as
   * well.
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
    // All callers with this right share the credentials, so they may only come from an account of the warehouse.
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

/** Returns whether an error means that the upstream no longer vends credentials, so that the old ones must not be used. */
function isRefusal(error: unknown): boolean {
  return isHeadgateError(error, 'forbidden') || isHeadgateError(error, 'no-such-table')
}

function cacheKey({ warehouse, table, permission }: KeyRequest): string {
  return `${warehouse.id} ${warehouse.version} ${table.id} ${permission}`
}

/** Requests the credentials of a table that exists in the upstream. */
async function loadKeys(upstream: Upstream, { identifier }: KeyRequest): Promise<Buffer> {
  // Other callers may wait for the response, so the request has only its own time limits.
  const { signal } = new AbortController()
  const missing = (): HeadgateError => missingRelation('table', identifier)
  const id = (await upstream.offers('loadCredentials', signal)) ? 'loadCredentials' : 'loadTable'
  const query = id === 'loadTable' ? { snapshots: 'refs' } : {}
  const call = { id, target: { identifier }, query, missing, vends: true } as const
  return (await upstream.call(call, signal)).body
}

/**
 * Renews the credentials of a staged table: at the endpoint that the upstream returned, or by loading the table, which
 * exists when it was created early, or by staging it again. The last way is only possible when the upstream chooses the
 * same location again, and when it keeps no staged tables, which the missing endpoint shows.
 *
 * @param renewal renewal by the upstream. Null: unknown, so that the table is not staged again
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
