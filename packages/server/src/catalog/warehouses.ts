import { sharedCache } from '../cache.ts'
import type { Chain } from '../access/privilege.ts'
import { type Location, parseLocation } from '../storage/location.ts'
import type { PlaceOf } from '../storage/physical-place.ts'
import type { S3Keys } from '../storage/s3-options.ts'
import type { Storage } from '../storage/storage.ts'
import type { Sql } from '../store/sql.ts'
import { storedPlaceRules } from './stored-places.ts'
import { parseVendingProfile, type VendingProfile } from './vending-profile.ts'
import { findWarehouse, type WarehouseRow } from '../store/warehouses.ts'

/** A stored storage profile made usable. */
export interface OpenedStorage {
  readonly storage: Storage
  /** The warehouse's own place; default locations lie below it. */
  readonly root: string
  /** Client properties that say where the storage is (endpoint, region …); never a key. */
  readonly hints: Readonly<Record<string, string>>
  /** The S3 store behind it; null: local files. */
  readonly store: S3Store | null
}

/** A bucket and the keys to it. The keys are behind a function, so that nobody prints them by accident. */
export interface S3Store {
  readonly bucket: string
  readonly region: string
  /** Base URL of a store that is not AWS. */
  readonly endpoint: string | null
  readonly pathStyle: boolean
  /** Static keys; null: the server finds keys where AWS programs look. */
  keys(): S3Keys | null
}

/** A warehouse with its storage open. */
export interface Warehouse extends Omit<WarehouseRow, 'storage' | 'vending'>, OpenedStorage {
  readonly vending: VendingProfile
  /** `root` and `allowedLocations`, parsed: where its relations may lie. */
  readonly places: readonly [Location, ...Location[]]
  /** Maps locations to physical places, by which they are compared. */
  readonly placeOf: PlaceOf
}

/** Opens the storage profile of a warehouse; its `version` tells when the profile may have changed. */
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
 * Warehouses by name, as of at most `maxAgeMs` ago and usually as of now: every change notifies all replicas.
 * Reads of one name are shared.
 */
export class Warehouses implements AsyncDisposable {
  readonly #options: WarehousesOptions
  readonly #entries = sharedCache<Entry>({ max: 10_000 })
  readonly #reads = new Map<string, Promise<Warehouse | null>>()
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

  /** Null when there is none of this name. */
  async get(name: string): Promise<Warehouse | null> {
    // PostgreSQL's text cannot hold it, so nothing has such a name.
    if (name.includes('\u0000')) return null
    const entry = this.#entries.get(name)
    if (entry && performance.now() - entry.readAt < this.#options.maxAgeMs) return entry.warehouse
    let read = this.#reads.get(name)
    if (!read) {
      read = this.#read(name).finally(() => this.#reads.delete(name))
      this.#reads.set(name, read)
    }
    return read
  }

  /** Drops what is remembered, after a change. */
  forget(): void {
    this.#turn += 1
    this.#entries.clear()
    this.#reads.clear()
  }

  async #read(name: string): Promise<Warehouse | null> {
    const turn = this.#turn
    const readAt = performance.now()
    const row = await findWarehouse(this.#options.sql, name)
    const warehouse = row === null ? null : openedWarehouse(row, await this.#options.openStorage(row))
    // A read that began before a change must not be remembered after it.
    if (turn === this.#turn) this.#entries.set(name, { warehouse, readAt })
    return warehouse
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listening?.[Symbol.asyncDispose]()
  }
}

/** @throws HeadgateError `bad-request` when a location or the vending profile in the row is malformed */
export function openedWarehouse(row: WarehouseRow, opened: OpenedStorage): Warehouse {
  const places = [parseLocation(opened.root), ...row.allowedLocations.map(parseLocation)] as const
  const { placeOf } = storedPlaceRules(row)
  return { ...row, ...opened, places, placeOf, vending: parseVendingProfile(row.vending) }
}

/** Where a warehouse stands in decisions. */
export function warehouseChain({ id, ownerId, name }: Pick<Warehouse, 'id' | 'ownerId' | 'name'>): Chain {
  return { ids: [id], owners: [ownerId], names: { warehouse: name, namespace: null, relation: null } }
}
