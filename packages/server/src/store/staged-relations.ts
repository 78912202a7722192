import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'
import { retireSql } from './retired-claims.ts'
import { permittedSql, type CommitRecord, recordSql, runWithRecord } from './commit-record.ts'
import { homeSql } from './store-name.ts'

/**
 * Reservation of a staged table: a table that a client is creating. Its id and its locations are reserved, but the
 * table does not exist yet.
 */
export interface StagedRelation {
  readonly id: string
  readonly warehouseId: string
  /**
   * Id of the namespace in which the table will be created. If the namespace is deleted, a new namespace with the
   * same path does not replace it.
   */
  readonly namespaceId: string
  /** Path of the namespace in which the table will be created, only for display. */
  readonly path: string
  readonly name: string
  readonly uuid: string
  /** Canonical location of the staged table, ending in `/`. */
  readonly location: string
  /** All canonical locations to which the client may write, each ending in `/`. */
  readonly prefixes: readonly string[]
  /** Physical locations of `prefixes`, in the same order. */
  readonly places: readonly string[]
  /** Name of the store from which `places` were computed. Null when the store has no name. */
  readonly storeName: string | null
  readonly principalId: string
  /**
   * Lifetime of the reservation in seconds. Null when the reservation has no end, because its location is random and
   * no other table needs it.
   */
  readonly seconds: number | null
}

const insert = statement(
  'staged_insert',
  `with ${homeSql(2, 11)},
   written as (
     insert into staged_relation (id, warehouse_id, namespace_path, name, uuid, location, principal_id, prefixes, ends_at, namespace_id)
     select $1, h.id, $3, $4, $5, $6, $7, $8::text[], now() + make_interval(secs => $10::float8), $12::uuid from home h
     where (select version from policy) = $13
     returning id, warehouse_id, ends_at),
   claimed as (
     insert into location_claim (owner_id, warehouse_id, kind, location, place, ends_at)
     select w.id, w.warehouse_id, 'staged', p.location, p.place, w.ends_at from written w, unnest($8::text[], $9::text[]) p(location, place)),
   ${recordSql(14)}
   select id from written where ${permittedSql(13)}`,
)

/**
 * Reserves the id and the locations of a staged table. Returns false when the policy version changed, or when the
 * store of the warehouse has another name than `storeName`.
 */
export async function insertStaged(
  sql: Queryable,
  staged: StagedRelation,
  record: CommitRecord,
): Promise<boolean> {
  const { id, warehouseId, path, name, uuid, location, principalId, prefixes, places, seconds } = staged
  const row = [id, warehouseId, path, name, uuid, location, principalId, prefixes, places, seconds]
  const values = [...row, staged.storeName, staged.namespaceId]
  return (await runWithRecord(sql, insert, values, record)).length === 1
}

/** Values in a commit that identify the reservation of its staged table. */
export interface StagedKey extends Pick<
  StagedRelation,
  'warehouseId' | 'namespaceId' | 'name' | 'location' | 'principalId'
> {
  /** UUID that the commit assigns to the table, or null when the commit assigns no UUID. */
  readonly uuid: string | null
}

export interface FoundStaged extends Pick<StagedRelation, 'id' | 'prefixes'> {
  /** Whether the reservation has an end: a client chose the location, or an older version of Headgate reserved it. */
  readonly chosen: boolean
}

const find = statement(
  'staged_find',
  `select id, prefixes::text[], ends_at is not null as chosen from staged_relation
   where location = $1 and warehouse_id = $2 and namespace_id = $3 and name = $4
     and principal_id = $6 and ($5::uuid is null or uuid = $5)
     and not clearing and (ends_at is null or ends_at > now())
   order by created_at desc limit 1`,
)

/**
 * Returns the reservation for a commit that creates a staged table. The namespace, name, location, UUID and principal
 * must be equal. The principal is compared because the UUID is not a secret: it is a part of paths. Returns null when
 * no such reservation exists (a later attempt may have replaced it), when it has expired, or when its files are being
 * deleted.
 */
export async function findStaged(sql: Queryable, key: StagedKey): Promise<FoundStaged | null> {
  const values = [key.location, key.warehouseId, key.namespaceId, key.name, key.uuid, key.principalId]
  return (await sql.run<FoundStaged>(find, values))[0] ?? null
}

const byId = statement(
  'staged_by_id',
  `select uuid, location, namespace_id as "namespaceId" from staged_relation
   where id = $1 and not clearing and (ends_at is null or ends_at > now())`,
)

/** Values of a reservation that the server needs to repeat the response to a stage-create request. */
export interface RepeatedStaged extends Pick<StagedRelation, 'uuid' | 'location'> {
  /**
   * Id of the namespace. Null when an older version of Headgate created the reservation and the namespace was
   * deleted.
   */
  readonly namespaceId: string | null
}

/**
 * Returns the reservation of a stage-create request that the client repeats. Returns null when the table was already
 * created, when the reservation has expired, or when its files are being deleted.
 */
export async function findStagedById(sql: Queryable, id: string): Promise<RepeatedStaged | null> {
  return (await sql.run<RepeatedStaged>(byId, [id]))[0] ?? null
}

/**
 * Values by which the server finds earlier attempts: they are equal in all reservations with which a
 * principal tries to create the same table.
 */
export type AttemptKey = Pick<StagedRelation, 'namespaceId' | 'name' | 'principalId'>

const overlappingAttempts = `select s.id from staged_relation s
   where s.namespace_id = $1 and s.name = $2 and s.principal_id = $3 and not s.clearing
     and exists (
       select from location_claim c, unnest($4::text[]) p(place)
       where c.owner_id = s.id and (starts_with(c.place, p.place) or starts_with(p.place, c.place)))
   order by s.id`
const attempts = statement('staged_attempts', overlappingAttempts)
const heldAttempts = statement('staged_attempts_lock', `${overlappingAttempts} for update of s`)

/**
 * Returns the ids of earlier reservations of the same principal for the same table whose locations overlap with these
 * physical locations.
 */
export async function findAttempts(
  sql: Queryable,
  key: AttemptKey,
  places: readonly string[],
): Promise<string[]> {
  return (await sql.run<{ id: string }>(attempts, attemptValues(key, places))).map(({ id }) => id)
}

/** Returns the ids of earlier reservations as `findAttempts` does, and locks their rows until the transaction ends. */
export async function lockAttempts(
  tx: Queryable,
  key: AttemptKey,
  places: readonly string[],
): Promise<string[]> {
  return (await tx.run<{ id: string }>(heldAttempts, attemptValues(key, places))).map(({ id }) => id)
}

function attemptValues({ namespaceId, name, principalId }: AttemptKey, places: readonly string[]): unknown[] {
  return [namespaceId, name, principalId, places]
}

const remove = statement(
  'staged_remove',
  `with written as (delete from staged_relation where id = any($1::uuid[]) returning id, created_at), ${retireSql('written')}
   select id from written`,
)

/**
 * Deletes reservations and retires their locations. The server then refuses the storage tokens and the commits of
 * these reservations.
 */
export async function removeAttempts(tx: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.run(remove, [ids])
}
