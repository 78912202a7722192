import { AuthRegistry } from '@headgate/auth'
import { HeadgateError } from '@headgate/errors'
import type { EndpointGuard } from '@headgate/storage'
import { sharedCache } from '../cache.ts'
import { openUpstreamSecrets } from '../catalog/upstream-secret.ts'
import { SingleFlight } from '../concurrency/single-flight.ts'
import type { MasterKey } from '../keys/master-key.ts'
import type { WarehouseRow } from '../store/warehouses.ts'
import { UpstreamClient } from './client.ts'
import { MetadataCache } from './metadata-cache.ts'
import { parseUpstreamProfile, toLimits } from './profile.ts'
import { RelayStorages } from './relay-storages.ts'
import { RemoteKeys } from './remote-keys.ts'
import { Upstream } from './upstream.ts'

export interface UpstreamsOptions {
  readonly master: MasterKey
  readonly guard: EndpointGuard
}

/** Row of an upstream warehouse, as far as the connection to the upstream needs it. */
export type UpstreamWarehouse = Pick<WarehouseRow, 'id' | 'name' | 'version' | 'upstream' | 'upstreamSecret'>

/** Account of this server at the upstream: `reader` is the one of `authRead`. */
export type UpstreamAccount = 'writer' | 'reader'

/** Returns whether requests of callers that may not modify a table have their own account at the upstream. */
export function hasReader({ upstream }: Pick<UpstreamWarehouse, 'upstream'>): boolean {
  return upstream?.['authRead'] !== undefined
}

/** Time in ms for which requests in progress may use the connections of an upstream whose settings changed. */
const drainMs = 120_000

/** Maximum total size of the responses whose metadata is cached, in bytes. */
const metadataCacheBytes = 64 * 1024 * 1024

interface Entry {
  readonly version: number
  readonly upstream: Upstream
}

/** Opens the upstreams of warehouses, and keeps them until their settings change. */
export class Upstreams implements AsyncDisposable {
  /** Metadata of the last responses of all upstreams. */
  readonly metadata: MetadataCache = new MetadataCache(metadataCacheBytes)
  /** Storage credentials that the upstreams vend. */
  readonly keys: RemoteKeys
  /** Storages that the gateway accesses with these credentials. */
  readonly relays: RelayStorages
  readonly #options: UpstreamsOptions
  readonly #opening = new SingleFlight<Upstream>()
  readonly #registry = new AuthRegistry()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #entries = sharedCache<Entry>({
    max: 1_000,
    dispose: ({ upstream }) => this.#retire(upstream),
  })

  constructor(options: UpstreamsOptions) {
    this.#options = options
    this.keys = new RemoteKeys(this)
    this.relays = new RelayStorages(this.keys, options.guard)
  }

  /**
   * Returns the upstream of a warehouse.
   *
   * @throws HeadgateError `unavailable` when the auth provider cannot be created, `internal` when the secrets cannot be
   *   decrypted
   */
  async get(warehouse: UpstreamWarehouse): Promise<Upstream> {
    return await this.#get(warehouse, 'writer')
  }

  /**
   * Returns the upstream of a warehouse with the account for callers that may not modify the table. It is the only
   * account when the warehouse has no `authRead`.
   *
   * @throws HeadgateError as `get`
   */
  async getReader(warehouse: UpstreamWarehouse): Promise<Upstream> {
    return await this.#get(warehouse, hasReader(warehouse) ? 'reader' : 'writer')
  }

  async #get(warehouse: UpstreamWarehouse, account: UpstreamAccount): Promise<Upstream> {
    const key = `${warehouse.id} ${account}`
    const entry = this.#entries.get(key)
    if (entry?.version === warehouse.version) return entry.upstream
    return await this.#opening.join(`${key} ${warehouse.version}`, async () => {
      const upstream = await this.open(warehouse, account)
      this.#entries.set(key, { version: warehouse.version, upstream })
      return upstream
    })
  }

  /** Opens an upstream that the caller closes. */
  async open(warehouse: UpstreamWarehouse, account: UpstreamAccount = 'writer'): Promise<Upstream> {
    const { name } = warehouse
    const profile = parseUpstreamProfile(warehouse.upstream ?? {})
    const secrets = openUpstreamSecrets(this.#options.master, warehouse)
    const auth =
      account === 'reader'
        ? { ...profile.authRead, ...secrets.authRead }
        : { ...profile.auth, ...secrets.auth }
    try {
      const client = await UpstreamClient.open({
        name,
        uri: profile.uri,
        limits: toLimits(profile),
        headers: Object.entries(profile.headers ?? {}),
        guard: this.#options.guard,
        createAuth: (fetch) =>
          this.#registry.create(
            { 'rest.auth.type': 'none', ...auth },
            { uri: profile.uri, fetch, env: {}, initialize: false },
          ),
      })
      return new Upstream(client, { ...profile, name, remote: profile.warehouse })
    } catch (cause) {
      throw new HeadgateError(
        'unavailable',
        `The authentication of warehouse ${name} at its upstream is not usable: an administrator can correct it with headgate warehouse update.`,
        { cause },
      )
    }
  }

  #retire(upstream: Upstream): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      void upstream[Symbol.asyncDispose]().catch(() => undefined)
    }, drainMs).unref()
    this.#timers.add(timer)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const open = [...this.#entries.values()].map(({ upstream }) => upstream)
    this.#entries.clear()
    for (const timer of this.#timers) clearTimeout(timer)
    await Promise.allSettled([this.relays, ...open].map((each) => each[Symbol.asyncDispose]()))
  }
}
