import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'

/** Configuration of a warehouse. `storageSecret` is encrypted with the master key. */
export interface WarehouseContent {
  readonly storage: Readonly<Record<string, unknown>>
  readonly storageSecret: Buffer | null
  readonly allowedLocations: readonly string[]
  readonly defaults: Readonly<Record<string, string>>
  readonly overrides: Readonly<Record<string, string>>
  /** Settings that control how the warehouse issues storage access to clients. */
  readonly vending: Readonly<Record<string, unknown>>
  readonly retentionSeconds: number
  readonly protected: boolean
  /** Settings of the connection to the upstream catalog. Null for a managed warehouse. */
  readonly upstream: Readonly<Record<string, unknown>> | null
  /** Secrets of the authentication at the upstream catalog, encrypted with the master key. */
  readonly upstreamSecret: Buffer | null
}

/** Row of a warehouse. Times are epoch milliseconds. */
export interface WarehouseRow extends WarehouseContent {
  readonly id: string
  readonly name: string
  readonly kind: 'managed' | 'upstream'
  readonly ownerId: string
  /**
   * Time of the last revocation of storage access to the warehouse. Storage access and refresh tokens that were issued at
   * or before this time are revoked (`StorageGrant.revokedBefore`).
   */
  readonly notBefore: number
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
}

const columns = `id, name, kind, storage, storage_secret as "storageSecret", allowed_locations as "allowedLocations", defaults, overrides, vending,
  upstream, upstream_secret as "upstreamSecret", not_before as "notBefore", retention_seconds as "retentionSeconds", protected, owner_id as "ownerId", version, created_at as "createdAt", updated_at as "updatedAt"`

const byName = statement('warehouse_by_name', `select ${columns} from warehouse where name = $1`)
const byId = statement('warehouse_by_id', `select ${columns} from warehouse where id = $1`)
const page = statement(
  'warehouse_page',
  `select ${columns} from warehouse
   where ($1::text is null or name > $1) and ($2::uuid[] is null or id = any($2) or owner_id = any($3::uuid[]))
     and ($5::uuid[] is null or id = any($5))
   order by name limit $4`,
)

const onBucket = statement(
  'warehouse_on_bucket',
  `select ${columns} from warehouse
   where id <> $2 and storage ->> 'type' = 's3' and (storage ->> 'bucket' = $1 or exists (
     select from unnest(allowed_locations) l where starts_with(regexp_replace(l, '^s3a', 's3') || '/', 's3://' || $1 || '/')))
   order by name limit $3`,
)

/**
 * Returns the other S3 warehouses whose root or an allowed location is in a bucket with this name, in order
 * of the names of the warehouses.
 */
export async function listWarehousesOnBucket(
  sql: Queryable,
  { bucket, exceptId, limit }: { readonly bucket: string; readonly exceptId: string; readonly limit: number },
): Promise<WarehouseRow[]> {
  return sql.run<WarehouseRow>(onBucket, [bucket, exceptId, limit])
}

export async function findWarehouse(sql: Queryable, name: string): Promise<WarehouseRow | null> {
  return (await sql.run<WarehouseRow>(byName, [name]))[0] ?? null
}

export async function findWarehouseById(sql: Queryable, id: string): Promise<WarehouseRow | null> {
  return (await sql.run<WarehouseRow>(byId, [id]))[0] ?? null
}

/**
 * Returns warehouses whose name follows `after`, in order of their names. If `ids` is not null, returns only
 * warehouses whose id is in `ids` or whose owner is in `owners`. If `within` is not null, returns only
 * warehouses whose id is in `within`.
 */
export async function listWarehouses(
  sql: Queryable,
  filter: {
    readonly after: string | null
    readonly ids: readonly string[] | null
    readonly owners: readonly string[]
    readonly within: readonly string[] | null
    readonly limit: number
  },
): Promise<WarehouseRow[]> {
  const { after, ids, owners, limit, within } = filter
  return sql.run<WarehouseRow>(page, [after, ids, owners, limit, within])
}
