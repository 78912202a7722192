import type { CatalogAccess, CatalogAuth, WarehouseStorage } from '../../conformance/lib/catalog-access.ts'

/**
 * Kinds of warehouses of the scenarios:
 *
 * - `gateway`: the default of a new server, local files that clients access through the server's S3 endpoint
 * - `short-lived`: `gateway` with credentials that are valid for seconds
 * - `users`: a server with engines and users
 * - `signed`: a server at which clients sign their requests with access keys
 * - `upstream`, `upstream-short-lived`: `gateway` and `short-lived` with a warehouse that forwards to another server
 * - `upstream-relay`, `upstream-relay-short-lived`: the same, and the first server has no access to the storage; its gateway
 *   uses keys of the other server
 * - `upstream-pass`, `upstream-pass-short-lived`: the same as `upstream` and `upstream-short-lived`, and clients receive the
 *   keys of the other server
 * - `upstream-glue`, `upstream-s3tables`, `-short-lived`: a double of an endpoint of AWS is between the servers
 * - `upstream-fixture`, `upstream-nessie`: a warehouse that forwards to another catalog, on MinIO
 * - `upstream-users`, `upstream-nessie-users`: `users` with a warehouse that forwards with the identity of each user
 * - `file`: local files that clients access themselves
 * - `s3`, `sts`, `remote-signing`: on MinIO, with keys of the engines, with keys of its security token service, and
 *   without keys, when the server signs every request
 */
export const storageNames = [
  'gateway',
  'file',
  's3',
  'sts',
  'remote-signing',
  'short-lived',
  'users',
  'upstream',
  'upstream-short-lived',
  'upstream-relay',
  'upstream-relay-short-lived',
  'upstream-pass',
  'upstream-pass-short-lived',
  'upstream-glue',
  'upstream-glue-short-lived',
  'upstream-s3tables',
  'upstream-s3tables-short-lived',
  'upstream-fixture',
  'upstream-nessie',
  'upstream-users',
  'upstream-nessie-users',
  'signed',
] as const
export type StorageName = (typeof storageNames)[number]

/**
 * Storage whose keys are not in the configuration of clients. Clients receive keys with each table, or the server
 * signs their requests.
 */
export interface VendedStorage {
  readonly kind: 'vended'
  /** S3 endpoint for engines whose configuration must contain it. Other engines receive it from the catalog. */
  readonly endpoint: string
  readonly region: string
  /**
   * Kind of storage access that clients must request, which some do only if configured. Null if the server grants
   * storage access without a request.
   */
  readonly ask: 'vended-credentials' | 'remote-signing' | null
}

export type EngineStorage = WarehouseStorage | VendedStorage

/** Access key with which a client signs its requests to the catalog (AWS Signature Version 4). */
export interface AccessKeyAuth {
  readonly kind: 'access-key'
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Connection settings of an engine for one warehouse. */
export interface EngineAccess extends Omit<CatalogAccess, 'storage' | 'auth'> {
  readonly auth: CatalogAuth | AccessKeyAuth
  readonly storage: EngineStorage
  /** Additional catalog properties for Trino. */
  readonly trino?: Readonly<Record<string, string>>
}
