import { sharedCache } from '../cache.ts'
import type { Chain } from '../privilege.ts'
import { type Location, parseLocation, type ResolvePlace, type S3Keys, type Storage } from '@headgate/storage'
import { SingleFlight } from '../concurrency/single-flight.ts'
import type { Queryable, Sql } from '../store/sql.ts'
import { storedPlaceRules } from './stored-places.ts'
import { effectiveVending, readCredentialMode, type UpstreamCredentialMode } from './upstream-credentials.ts'
import { parseVendingProfile, type VendingProfile } from './vending-profile.ts'
import { findWarehouse, type WarehouseRow } from '../store/warehouses.ts'
import { missingWarehouse } from './existing.ts'

export { listWarehouses, type WarehouseRow } from '../store/warehouses.ts'

/** Opened storage of a warehouse, from its storage profile. */
export interface OpenedStorage {
  readonly storage: Storage
  /** Root location of the warehouse. Default locations of tables are within it. */
  readonly root: string
  /**
   * Client properties that describe the storage, such as endpoint and region. They never contain a storage
   * key.
   */
  readonly hints: Readonly<Record<string, string>>
  /** S3 store of the warehouse. Null for a local directory. */
  readonly store: S3Store | null
}

/**
 * Bucket and keys of a warehouse. The keys are returned by a function, so that logging the object does not print them.
 */
export interface S3Store {
  readonly bucket: string
  readonly region: string
  /** Base URL of the store. Null for AWS. */
  readonly endpoint: string | null
  readonly pathStyle: boolean
  /** Returns the static keys. Returns null when the server uses the default credential chain of the AWS SDK. */
  keys(): S3Keys | null
}

/** Row of a warehouse with its opened storage. */
export interface Warehouse extends Omit<WarehouseRow, 'storage' | 'vending'>, OpenedStorage {
  readonly vending: VendingProfile
  /** Source of the storage credentials that clients receive. Always `own` for a managed warehouse. */
  readonly credentials: UpstreamCredentialMode
  /**
   * Parsed `root` and `allowedLocations`. The locations of all relations of the warehouse are within them.
   */
  readonly rootAndAllowed: readonly [Location, ...Location[]]
  /**
   * Converts a location to its physical location. Two locations overlap when their physical locations
   * overlap.
   */
  readonly resolvePlace: ResolvePlace
  /** Name of the store that `resolvePlace` uses. Null when the store has no name. */
  readonly storeName: string | null
}

/** Opens the storage of a warehouse. The result can be reused until the `version` of the row changes. */
export type OpenStorage = (row: WarehouseRow) => Promise<OpenedStorage>

export interface WarehousesOptions {
  readonly sql: Sql
  readonly openStorage: OpenStorage
  readonly maxAgeMs: number
}

interface Entry {
  readonly warehouse: Warehouse | null
  readonly readAt: number
}

/**
 * Caches warehouses by name. Each change of a warehouse notifies all replicas, which then clear their caches.
 * If a notification is lost, an entry expires after `maxAgeMs`. Concurrent reads of one name share a query.
 */
export class Warehouses implements AsyncDisposable {
  readonly #options: WarehousesOptions
  readonly #entries = sharedCache<Entry>({ max: 10_000 })
  readonly #reads = new SingleFlight<Warehouse | null>()
  #turn = 0
  #listening: AsyncDisposable | undefined

  private constructor(options: WarehousesOptions) {
    this.#options = options
  }

  static async open(options: WarehousesOptions): Promise<Warehouses> {
    const warehouses = new Warehouses(options)
    warehouses.#listening = await options.sql.listen('headgate', (payload) => {
      if (payload === null || payload.startsWith('warehouse:')) warehouses.forget()
    })
    return warehouses
  }

  /** Returns the warehouse with a name. Returns null when it does not exist. */
  async get(name: string): Promise<Warehouse | null> {
    // PostgreSQL texts cannot contain U+0000, so no warehouse has such a name.
    if (name.includes('\u0000')) return null
    const entry = this.#entries.get(name)
    if (entry && performance.now() - entry.readAt < this.#options.maxAgeMs) return entry.warehouse
    return this.#reads.join(name, () => this.#read(name))
  }

  /** Clears the cache. Called after a change of a warehouse. */
  forget(): void {
    this.#turn += 1
    this.#entries.clear()
    this.#reads.detach()
  }

  async #read(name: string): Promise<Warehouse | null> {
    const turn = this.#turn
    const readAt = performance.now()
    const row = await findWarehouse(this.#options.sql, name)
    const warehouse = row === null ? null : openedWarehouse(row, await this.#options.openStorage(row))
    // A read that began before the change may return an outdated row, so its result must not be cached.
    if (turn === this.#turn) this.#entries.set(name, { warehouse, readAt })
    return warehouse
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listening?.[Symbol.asyncDispose]()
  }
}

/**
 * Returns a warehouse from its row and its opened storage.
 *
 * @throws HeadgateError `bad-request` when a location or the vending profile in the row is malformed
 */
export function openedWarehouse(row: WarehouseRow, opened: OpenedStorage): Warehouse {
  const rootAndAllowed = [parseLocation(opened.root), ...row.allowedLocations.map(parseLocation)] as const
  const { resolvePlace, storeName } = storedPlaceRules(row)
  const credentials = readCredentialMode(row.upstream)
  const vending = effectiveVending(credentials, parseVendingProfile(row.vending))
  return { ...row, ...opened, rootAndAllowed, resolvePlace, storeName, credentials, vending }
}

/**
 * Reads the current row of a warehouse from the database, not from the cache.
 *
 * @throws HeadgateError `no-such-warehouse`
 */
export async function requireWarehouse(sql: Queryable, name: string): Promise<WarehouseRow> {
  const row = await findWarehouse(sql, name)
  if (row === null) throw missingWarehouse(name)
  return row
}

/** Returns the privilege chain of a warehouse, which consists of the warehouse only. */
export function warehouseChain({ id, ownerId, name }: Pick<Warehouse, 'id' | 'ownerId' | 'name'>): Chain {
  return { ids: [id], owners: [ownerId], names: { warehouse: name, namespace: null, relation: null } }
}
