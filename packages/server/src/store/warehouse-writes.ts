import { type Queryable, statement } from './sql.ts'
import { permittedSql, type CommitRecord, recordSql, runWithRecord } from './commit-record.ts'
import { randomVersionSql } from './random-version.ts'
import type { WarehouseContent } from './warehouses.ts'

export interface NewWarehouse extends WarehouseContent {
  readonly id: string
  readonly name: string
  readonly ownerId: string
}

const notified = `notified as (select pg_notify('headgate', 'warehouse:' || id) from written)`

const insert = statement(
  'warehouse_insert',
  `with written as (
     insert into warehouse (id, name, kind, owner_id, storage, storage_secret, allowed_locations, defaults, overrides, vending, retention_seconds, protected,
       upstream, upstream_secret, static_until)
     select $1, $2, case when $12::jsonb is null then 'managed' else 'upstream' end, $3, $4::jsonb, $5, $6, $7::jsonb, $8::jsonb, $9::jsonb, $10, $11,
       $12::jsonb, $13, case when $9::jsonb ->> 'mode' = 'static' then 'infinity'::timestamptz end
     where (select version from policy) = $14 returning id),
   ${notified}, ${recordSql(15)}
   select id, (select count(*) from notified) from written where ${permittedSql(14)}`,
)

/**
 * Creates a warehouse. Returns false when the policy version changed. Throws the violation of the constraint
 * `warehouse_name_key` when the name is in use.
 */
export async function insertWarehouse(
  sql: Queryable,
  warehouse: NewWarehouse,
  record: CommitRecord,
): Promise<boolean> {
  const { id, name, ownerId } = warehouse
  const values = [id, name, ownerId, ...contentValues(warehouse)]
  return (await runWithRecord(sql, insert, values, record)).length === 1
}

/**
 * Maximum time in seconds, with a margin, for which a server may still use the previous vending mode after
 * the mode was changed.
 */
const modeChangeSeconds = 60

const update = statement(
  'warehouse_update',
  `with written as (
     update warehouse set version = ${randomVersionSql}, updated_at = now(), storage = $3::jsonb, storage_secret = $4, allowed_locations = $5,
       defaults = $6::jsonb, overrides = $7::jsonb, vending = $8::jsonb, retention_seconds = $9, protected = $10,
       upstream = $11::jsonb, upstream_secret = $12,
       static_until = case when $8::jsonb ->> 'mode' = 'static' then 'infinity'
         when static_until = 'infinity' then now() + make_interval(secs => ${modeChangeSeconds}) else static_until end
     where id = $1 and version = $2 and (select version from policy) = $13 returning id),
   ${notified}, ${recordSql(14)}
   select id, (select count(*) from notified) from written where ${permittedSql(13)}`,
)

/**
 * Replaces the settings of a warehouse if the row still has this version. Returns false when the version of
 * the warehouse or of the policy changed.
 */
export async function updateWarehouse(
  sql: Queryable,
  at: { readonly id: string; readonly version: number },
  content: WarehouseContent,
  record: CommitRecord,
): Promise<boolean> {
  const values = [at.id, at.version, ...contentValues(content)]
  return (await runWithRecord(sql, update, values, record)).length === 1
}

function contentValues(content: WarehouseContent): unknown[] {
  return [
    JSON.stringify(content.storage),
    content.storageSecret,
    content.allowedLocations,
    JSON.stringify(content.defaults),
    JSON.stringify(content.overrides),
    JSON.stringify(content.vending),
    content.retentionSeconds,
    content.protected,
    content.upstream === null ? null : JSON.stringify(content.upstream),
    content.upstreamSecret,
  ]
}

const remove = statement(
  'warehouse_delete',
  `with written as (delete from warehouse where id = $1 and not protected and (select version from policy) = $2 returning id),
   freed as (delete from location_claim c using written w where c.warehouse_id = w.id and c.kind in ('root', 'allowed')),
   released as (delete from location_claim c using written w where c.warehouse_id = w.id and c.kind = 'retired'),
   unstaged as (
     delete from location_claim c using written w, staged_relation s
     where s.warehouse_id = w.id and c.owner_id = s.id and c.kind = 'staged'),
   ${notified}, ${recordSql(3)}
   select id, (select count(*) from notified) from written where ${permittedSql(2)}`,
)

/**
 * Deletes a warehouse. Returns false when the warehouse was already deleted, when it is protected, or when the policy
 * version changed. Throws the foreign key violation when the warehouse is not empty.
 */
export async function deleteWarehouse(sql: Queryable, id: string, record: CommitRecord): Promise<boolean> {
  return (await runWithRecord(sql, remove, [id], record)).length === 1
}

const sealedSecrets = statement(
  'warehouse_sealed_secrets',
  `select id, name, 'storage' as of, storage_secret as sealed from warehouse where storage_secret is not null
   union all
   select id, name, 'upstream', upstream_secret from warehouse where upstream_secret is not null
   order by id`,
)
const resealSecret = {
  storage: statement(
    'warehouse_reseal_secret',
    'update warehouse set storage_secret = $3 where id = $1 and storage_secret = $2 returning id',
  ),
  upstream: statement(
    'warehouse_reseal_upstream',
    'update warehouse set upstream_secret = $3 where id = $1 and upstream_secret = $2 returning id',
  ),
}

/** Encrypted secret of a warehouse: the keys of its storage, or the secrets of the authentication at its upstream catalog. */
export interface SealedSecret {
  readonly id: string
  readonly name: string
  readonly of: 'storage' | 'upstream'
  readonly sealed: Buffer
}

/** Returns the encrypted secrets of all warehouses. */
export async function listSealedSecrets(sql: Queryable): Promise<SealedSecret[]> {
  return sql.run<SealedSecret>(sealedSecrets)
}

/**
 * Replaces an encrypted secret of a warehouse, after a change of the master key. Returns false when another process has
 * changed the secret in the meantime.
 */
export async function replaceSealedSecret(
  sql: Queryable,
  { id, of, sealed }: SealedSecret,
  after: Uint8Array,
): Promise<boolean> {
  return (await sql.run(resealSecret[of], [id, sealed, after])).length === 1
}

/** Numbers of objects that prevent the deletion of a warehouse. */
export interface WarehouseContents {
  readonly namespaces: number
  readonly relations: number
  /** Number of dropped relations that can still be restored or whose files are being deleted. */
  readonly dropped: number
}

const contents = statement(
  'warehouse_contents',
  `select (select count(*)::int from namespace where warehouse_id = $1) as namespaces,
     (select count(*)::int from relation where warehouse_id = $1 and dropped_at is null) as relations,
     (select count(*)::int from relation where warehouse_id = $1 and dropped_at is not null) as dropped`,
)

export async function countWarehouseContents(sql: Queryable, id: string): Promise<WarehouseContents> {
  return (await sql.run<WarehouseContents>(contents, [id]))[0] ?? { namespaces: 0, relations: 0, dropped: 0 }
}

const placeColumns = `id, name, owner_id as "ownerId", version, storage, allowed_locations as "allowedLocations"`

const stored = statement('warehouse_places', `select ${placeColumns} from warehouse order by id`)

/** Storage profile and allowed locations of a warehouse, without secrets. */
export interface WarehousePlace {
  readonly id: string
  readonly name: string
  readonly ownerId: string
  readonly version: number
  readonly storage: Readonly<Record<string, unknown>>
  readonly allowedLocations: readonly string[]
}

/** Returns the storage profiles and allowed locations of all warehouses. */
export function listWarehousePlaces(sql: Queryable): Promise<WarehousePlace[]> {
  return sql.run<WarehousePlace>(stored)
}

const held = statement(
  'warehouse_place_held',
  `select ${placeColumns} from warehouse where id = $1 for key share`,
)

/**
 * Returns the storage profile and allowed locations of a warehouse, and prevents its deletion until the transaction
 * ends. Returns null when the warehouse was deleted.
 */
export async function holdWarehousePlace(tx: Queryable, id: string): Promise<WarehousePlace | null> {
  return (await tx.run<WarehousePlace>(held, [id]))[0] ?? null
}
