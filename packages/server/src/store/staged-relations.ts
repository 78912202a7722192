import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'
import { retireSql } from './retired-claims.ts'
import { permittedSql, type Riders, ridersSql, runWithRiders } from './riders.ts'

/** A table that is being created: its id and its locations are reserved, nothing else is there. */
export interface StagedRelation {
  readonly id: string
  readonly warehouseId: string
  readonly path: string
  readonly name: string
  readonly uuid: string
  /** Canonical, ending in `/`. */
  readonly location: string
  /** All that it may write to, canonical, each ending in `/`. */
  readonly prefixes: readonly string[]
  /** The physical places of `prefixes`, in the same order. */
  readonly places: readonly string[]
  readonly principalId: string
  /** Lifetime of the reservation in seconds; null: no end, because the location is random. */
  readonly seconds: number | null
}

const insert = statement(
  'staged_insert',
  `with written as (
     insert into staged_relation (id, warehouse_id, namespace_path, name, uuid, location, principal_id, prefixes, ends_at)
     select $1, $2, $3, $4, $5, $6, $7, $8::text[], now() + make_interval(secs => $10::float8) where (select version from policy) = $11
     returning id, warehouse_id, ends_at),
   claimed as (
     insert into location_claim (owner_id, warehouse_id, kind, location, place, ends_at)
     select w.id, w.warehouse_id, 'staged', p.location, p.place, w.ends_at from written w, unnest($8::text[], $9::text[]) p(location, place)),
   ${ridersSql(12)}
   select id from written where ${permittedSql(11)}`,
)

/** Reserves the id and the places. False: the policy moved. */
export async function insertStaged(sql: Queryable, staged: StagedRelation, riders: Riders): Promise<boolean> {
  const { id, warehouseId, path, name, uuid, location, principalId, prefixes, places, seconds } = staged
  const values = [id, warehouseId, path, name, uuid, location, principalId, prefixes, places, seconds]
  return (await runWithRiders(sql, insert, values, riders)).length === 1
}

/** What a commit of a staged create says about itself. */
export interface StagedKey extends Pick<
  StagedRelation,
  'warehouseId' | 'path' | 'name' | 'location' | 'principalId'
> {
  /** Null: the commit assigns none. */
  readonly uuid: string | null
}

export interface FoundStaged extends Pick<StagedRelation, 'id' | 'prefixes'> {
  /** A client chose the location, or an older version reserved it. */
  readonly chosen: boolean
}

const find = statement(
  'staged_find',
  `select id, prefixes::text[], ends_at is not null as chosen from staged_relation
   where location = $1 and warehouse_id = $2 and namespace_path = $3 and name = $4
     and principal_id = $6 and ($5::uuid is null or uuid = $5)
     and not clearing and (ends_at is null or ends_at > now())
   order by created_at desc limit 1`,
)

/**
 * Returns the reservation that a commit of a staged create belongs to: equal name, location, uuid and principal. A uuid is
 * part of paths and no secret, so it does not replace the principal. Null: there is none, it ended, it was taken over by a later attempt, or its files are being cleared.
 */
export async function findStaged(sql: Queryable, key: StagedKey): Promise<FoundStaged | null> {
  const values = [key.location, key.warehouseId, key.path, key.name, key.uuid, key.principalId]
  return (await sql.run<FoundStaged>(find, values))[0] ?? null
}

const byId = statement('staged_by_id', 'select uuid, location from staged_relation where id = $1')

/** Returns what a repeated stage-create must answer again. */
export async function findStagedById(
  sql: Queryable,
  id: string,
): Promise<Pick<StagedRelation, 'uuid' | 'location'> | null> {
  return (await sql.run<Pick<StagedRelation, 'uuid' | 'location'>>(byId, [id]))[0] ?? null
}

/** Earlier attempts of a principal to create one table. */
export type AttemptKey = Pick<StagedRelation, 'warehouseId' | 'path' | 'name' | 'principalId'>

const overlappingAttempts = `select s.id from staged_relation s
   where s.warehouse_id = $1 and s.namespace_path = $2 and s.name = $3 and s.principal_id = $4 and not s.clearing
     and exists (
       select from location_claim c, unnest($5::text[]) p(place)
       where c.owner_id = s.id and (starts_with(c.place, p.place) or starts_with(p.place, c.place)))
   order by s.id`
const attempts = statement('staged_attempts', overlappingAttempts)
const heldAttempts = statement('staged_attempts_lock', `${overlappingAttempts} for update of s`)

/** Returns the ids of attempts whose places overlap these. */
export async function findAttempts(
  sql: Queryable,
  key: AttemptKey,
  places: readonly string[],
): Promise<string[]> {
  return (await sql.run<{ id: string }>(attempts, attemptValues(key, places))).map(({ id }) => id)
}

/** Returns the ids of attempts whose places overlap these, and holds them until the transaction ends. */
export async function lockAttempts(
  tx: Queryable,
  key: AttemptKey,
  places: readonly string[],
): Promise<string[]> {
  return (await tx.run<{ id: string }>(heldAttempts, attemptValues(key, places))).map(({ id }) => id)
}

function attemptValues(
  { warehouseId, path, name, principalId }: AttemptKey,
  places: readonly string[],
): unknown[] {
  return [warehouseId, path, name, principalId, places]
}

const remove = statement(
  'staged_remove',
  `with written as (delete from staged_relation where id = any($1::uuid[]) returning id), ${retireSql('written')}
   select id from written`,
)

/** Deletes attempts: their tokens and their commits are refused from now on, and their places are retired. */
export async function removeAttempts(tx: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.run(remove, [ids])
}
