import type { StagedRelation } from './staged-relations.ts'
import { type Queryable, statement } from './sql.ts'

/**
 * Reservation of a table that is staged in an upstream catalog. It claims no location, because the upstream
 * catalog chooses the location.
 */
export type UpstreamStaged = Omit<StagedRelation, 'places' | 'storeName'> & {
  readonly seconds: number
  /**
   * Encrypted URL at which the upstream catalog renews storage credentials. Null when the upstream catalog
   * vended no credentials.
   */
  readonly renewal: Buffer | null
}

const insert = statement(
  'upstream_staged_insert',
  `insert into staged_relation (id, warehouse_id, namespace_path, name, uuid, location, principal_id, prefixes, ends_at, namespace_id, renewal)
   values ($1, $2, $3, $4, $5, $6, $7, $8::text[], now() + make_interval(secs => $9::float8), $10, $11)`,
)

/**
 * Stores the reservation of a table that is staged in an upstream catalog, so that its storage credentials
 * can be renewed.
 */
export async function insertUpstreamStaged(sql: Queryable, staged: UpstreamStaged): Promise<void> {
  const {
    id,
    warehouseId,
    path,
    name,
    uuid,
    location,
    principalId,
    prefixes,
    seconds,
    namespaceId,
    renewal,
  } = staged
  await sql.run(insert, [
    id,
    warehouseId,
    path,
    name,
    uuid,
    location,
    principalId,
    prefixes,
    seconds,
    namespaceId,
    renewal,
  ])
}

const findRenewal = statement(
  'upstream_staged_renewal',
  'select renewal from staged_relation where id = $1 and not clearing and ends_at > now()',
)

/**
 * Returns the encrypted URL at which the upstream catalog renews the storage credentials of a staged table.
 * Returns null when the reservation has expired, when its files are being deleted, or when it contains no
 * URL.
 */
export async function findStagedRenewal(sql: Queryable, id: string): Promise<Buffer | null> {
  const [row] = await sql.run<{ renewal: Buffer | null }>(findRenewal, [id])
  return row?.renewal ?? null
}

const remove = statement('upstream_staged_remove', 'delete from staged_relation where id = $1')

/** Deletes the reservation of a staged table, after the table was created. */
export async function removeUpstreamStaged(sql: Queryable, id: string): Promise<void> {
  await sql.run(remove, [id])
}

const expire = statement(
  'upstream_staged_expire',
  `delete from staged_relation s using warehouse w
   where w.id = s.warehouse_id and w.kind = 'upstream' and s.early is null and s.ends_at < now() and ($1::uuid is null or s.warehouse_id = $1)`,
)

/**
 * Deletes expired reservations of tables that are staged in an upstream catalog. Keeps early-staged tables,
 * because they already exist in the upstream catalog.
 *
 * @param warehouseId id of the warehouse. Null for all warehouses
 */
export async function expireUpstreamStaged(sql: Queryable, warehouseId: string | null): Promise<void> {
  await sql.run(expire, [warehouseId])
}
