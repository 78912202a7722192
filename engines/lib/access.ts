import type { CatalogAccess, WarehouseStorage } from '../../conformance/lib/catalog-access.ts'

/**
 * Kinds of warehouse that scenarios run on. `gateway` is what everybody gets who just starts a server: local files that
 * clients reach through the server's S3 endpoint; `short-lived` is the same with credentials that live for seconds; `users`
 * is a server with engines and users behind them. The others but `file` are on MinIO: with keys of the engines' own (`s3`),
 * with keys of its security token service (`sts`), and without any, every request being signed by the server
 * (`remote-signing`).
 */
export const storageNames = [
  'gateway',
  'file',
  's3',
  'sts',
  'remote-signing',
  'short-lived',
  'users',
] as const
export type StorageName = (typeof storageNames)[number]

/** Storage for which clients have no keys of their own: they come with each table, or not at all. */
export interface VendedStorage {
  readonly kind: 'vended'
  /** The S3 endpoint, for engines that must be told. All others are told nothing. */
  readonly endpoint: string
  readonly region: string
  /** What clients must ask for, which some do only when they are told to; null: they get it unasked. */
  readonly ask: 'vended-credentials' | 'remote-signing' | null
}

export type EngineStorage = WarehouseStorage | VendedStorage

/** All that an engine needs to use one warehouse. */
export interface EngineAccess extends Omit<CatalogAccess, 'storage'> {
  readonly storage: EngineStorage
  /** Further settings of the catalog in Trino. */
  readonly trino?: Readonly<Record<string, string>>
}
