import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'
import { retireSql } from './retired-claims.ts'
import { permittedSql, type CommitRecord, recordSql, runWithRecord } from './commit-record.ts'
import { homeSql } from './store-name.ts'

/**
 * The reservation of a table that is being created: its id and its locations are in use, but the table does not exist
 * yet.
 */
export interface StagedRelation {
  readonly id: string
  readonly warehouseId: string
  /** Its future namespace. Another namespace with the same path does not replace it. */
  readonly namespaceId: string
  /** Path of that namespace, for display. */
  readonly path: string
  readonly name: string
  readonly uuid: string
  /** Canonical, ending in `/`. */
  readonly location: string
  /** All locations that it may write to, canonical, each ending in `/`. */
  readonly prefixes: readonly string[]
  /** Physical places of `prefixes`, in the same order. */
  readonly places: readonly string[]
  /** See `ClaimedPlaces`. */
  readonly storeName: string | null
  readonly principalId: string
  /** Lifetime of the reservation in seconds. Null: no end, because the location is random. */
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
 * Reserves the id and the locations. Returns false when the policy version changed, or the store of the warehouse has
 * another name.
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

/** Values in a commit that identify its reservation. */
export interface StagedKey extends Pick<
  StagedRelation,
  'warehouseId' | 'namespaceId' | 'name' | 'location' | 'principalId'
> {
  /** Null: the commit assigns no UUID. */
  readonly uuid: string | null
}

export interface FoundStaged extends Pick<StagedRelation, 'id' | 'prefixes'> {
  /** Whether a client chose the location, or an older version of the server reserved it. */
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
 * Returns the reservation that the commit of a staged create belongs to, with equal namespace, name, location, UUID
 * and principal. A UUID is a part of paths and not a secret, so the principal is compared as well. Returns null when
 * there is none, it expired, a later attempt replaced it, or its files are being deleted.
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

/** Values that the response to a repeated stage-create contains again. */
export interface RepeatedStaged extends Pick<StagedRelation, 'uuid' | 'location'> {
  /** Null: an older version reserved it, and its namespace was deleted. */
  readonly namespaceId: string | null
}

/**
 * Returns the reservation of a repeated stage-create. Returns null when it was completed, it expired, or its files are
 * being deleted.
 */
export async function findStagedById(sql: Queryable, id: string): Promise<RepeatedStaged | null> {
  return (await sql.run<RepeatedStaged>(byId, [id]))[0] ?? null
}

/** Identifies the attempts of a principal to create one table. */
export type AttemptKey = Pick<StagedRelation, 'namespaceId' | 'name' | 'principalId'>

const overlappingAttempts = `select s.id from staged_relation s
   where s.namespace_id = $1 and s.name = $2 and s.principal_id = $3 and not s.clearing
     and exists (
       select from location_claim c, unnest($4::text[]) p(place)
       where c.owner_id = s.id and (starts_with(c.place, p.place) or starts_with(p.place, c.place)))
   order by s.id`
const attempts = statement('staged_attempts', overlappingAttempts)
const heldAttempts = statement('staged_attempts_lock', `${overlappingAttempts} for update of s`)

/** Returns the ids of attempts whose locations overlap these. */
export async function findAttempts(
  sql: Queryable,
  key: AttemptKey,
  places: readonly string[],
): Promise<string[]> {
  return (await sql.run<{ id: string }>(attempts, attemptValues(key, places))).map(({ id }) => id)
}

/** Returns the ids of attempts whose locations overlap these, and locks them until the transaction ends. */
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

/** Deletes attempts: the server refuses their tokens and their commits, and retires their locations. */
export async function removeAttempts(tx: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.run(remove, [ids])
}
