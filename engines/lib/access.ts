import type { CatalogAccess, WarehouseStorage } from '../../conformance/lib/catalog-access.ts'

/**
 * Kinds of warehouses of the scenarios. `gateway` is the default of a new server: local files that clients access
 * through the server's S3 endpoint. `short-lived` is the same with credentials that are valid for seconds. `users` is
 * a server with engines and users. The others except `file` are on MinIO: with keys of the engines (`s3`), with keys
 * of its security token service (`sts`), and without keys, when the server signs every request (`remote-signing`).
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

/** Storage for which clients have no keys. They receive keys with each table, or none. */
export interface VendedStorage {
  readonly kind: 'vended'
  /** The S3 endpoint for engines that need a setting. All others receive it from the catalog. */
  readonly endpoint: string
  readonly region: string
  /**
   * Access delegation that clients must request, which some do only when configured; null: they receive it without a
   * request.
   */
  readonly ask: 'vended-credentials' | 'remote-signing' | null
}

export type EngineStorage = WarehouseStorage | VendedStorage

/** Values that an engine needs to use one warehouse. */
export interface EngineAccess extends Omit<CatalogAccess, 'storage'> {
  readonly storage: EngineStorage
  /** Further settings of the catalog in Trino. */
  readonly trino?: Readonly<Record<string, string>>
}
