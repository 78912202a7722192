import type { ClaimedPlaces } from './location-claims.ts'
import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'
import type { PackedBody, RelationKind } from './relations.ts'
import { permittedSql, type Riders, ridersSql, runWithRiders } from './riders.ts'

/** The serving forms of one metadata file; `body` null: over the row's size limit. */
export interface Bodies {
  readonly body: PackedBody | null
  readonly refs: PackedBody | null
  /** SHA-256 of the metadata text, in hex. */
  readonly digest: string
}

export interface NewRelation extends Bodies {
  readonly id: string
  readonly warehouseId: string
  readonly namespaceId: string
  readonly name: string
  readonly kind: RelationKind
  readonly uuid: string
  readonly metadataLocation: string
  readonly location: string
  /** Canonical prefixes it may touch, each ending in `/`. */
  readonly prefixes: readonly string[]
  /** The physical places of `prefixes`, in the same order. */
  readonly places: readonly string[]
  /** The id and its places were reserved by a staged create, which must still be valid. */
  readonly isReserved: boolean
  readonly ownerId: string
  /** Of a view: whose rights it lends. Null: those of its owner. */
  readonly definerId: string | null
}

/** Where a relation stands when it is replaced: the write happens only if all of this is still so. */
export interface Standing {
  readonly id: string
  readonly version: number
  readonly namespaceId: string
  readonly name: string
  /** Each metadata file has a name of its own. The version is a counter, which repeats in a database that went back. */
  readonly metadataLocation: string
}

/** SQL condition: a relation is in the state of the first five parameters, which are `standingValues`. */
export const standingSql =
  'id = $1 and version = $2 and namespace_id = $3 and name = $4 and metadata_location = $5'

export function standingValues({ id, version, namespaceId, name, metadataLocation }: Standing): unknown[] {
  return [id, version, namespaceId, name, metadataLocation]
}

export interface Replacement extends Bodies {
  readonly standing: Standing
  readonly uuid: string
  readonly metadataLocation: string
  readonly location: string
  /** Of a view: whose rights it lends from now on. Null: of whomever it lent before. */
  readonly definerId: string | null
}

const insert = statement(
  'relation_insert',
  `with reserved as (
     delete from staged_relation s where s.id = $1 and $19 and not s.clearing and (s.ends_at is null or s.ends_at > now())
       and (select version from policy) = $21
     returning s.id),
   written as (
     insert into relation (id, warehouse_id, namespace_id, name, kind, uuid, metadata_location, location, owner_id, definer_id,
       body, body_length, body_crc, refs_body, refs_length, refs_crc, metadata_digest, digest_location, prefixes)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, decode($17, 'hex'), $7, $18::text[]
     where (select version from policy) = $21 and (not $19::boolean or exists (select from reserved))
     returning id, warehouse_id),
   claimed as (
     insert into location_claim (owner_id, warehouse_id, kind, location, place)
     select w.id, w.warehouse_id, 'relation', p.location, p.place from written w, unnest($18::text[], $20::text[]) p(location, place)
     on conflict (owner_id, location) do update set kind = 'relation', place = excluded.place, ends_at = null
     returning 1),
   ${ridersSql(22)}
   select id from written where ${permittedSql(21, ['kept', 'claimed'])}`,
)

/**
 * False: the policy moved, or the reservation ended. Throws the violation when the name is taken or the namespace went.
 */
export async function insertRelation(
  sql: Queryable,
  relation: NewRelation,
  riders: Riders,
): Promise<boolean> {
  const values = [
    relation.id,
    relation.warehouseId,
    relation.namespaceId,
    relation.name,
    relation.kind,
    relation.uuid,
    relation.metadataLocation,
    relation.location,
    relation.ownerId,
    relation.definerId,
    ...bodyValues(relation),
    relation.prefixes,
    relation.isReserved,
    relation.places,
  ]
  return (await runWithRiders(sql, insert, values, riders)).length === 1
}

const replace = statement(
  'relation_replace',
  `with written as (
     update relation set version = version + 1, uuid = $6, metadata_location = $7, location = $8, definer_id = coalesce($9, definer_id),
       body = $10, body_length = $11, body_crc = $12, refs_body = $13, refs_length = $14, refs_crc = $15,
       metadata_digest = decode($16, 'hex'), digest_location = $7, updated_at = now()
     where ${standingSql} and (select version from policy) = $17
     returning id),
   ${ridersSql(18)}
   select id from written where ${permittedSql(17)}`,
)

/** The compare-and-swap of a commit. False: something moved and nothing was written. */
export async function replaceRelation(sql: Queryable, change: Replacement, riders: Riders): Promise<boolean> {
  const values = [
    ...standingValues(change.standing),
    change.uuid,
    change.metadataLocation,
    change.location,
    change.definerId,
    ...bodyValues(change),
  ]
  return (await runWithRiders(sql, replace, values, riders)).length === 1
}

const confirm = statement(
  'relation_confirm',
  `select id from relation where ${standingSql} and (select version from policy) = $6`,
)

/** The same for a commit that leaves a relation as it is: false when something moved. Lock the row before. */
export async function confirmRelation(
  tx: Queryable,
  standing: Standing,
  policyVersion: number,
): Promise<boolean> {
  return (await tx.run(confirm, [...standingValues(standing), policyVersion])).length === 1
}

function bodyValues({ body, refs, digest }: Bodies): unknown[] {
  return [
    body?.packed ?? null,
    body?.length ?? null,
    body?.crc ?? null,
    refs?.packed ?? null,
    refs?.length ?? null,
    refs?.crc ?? null,
    digest,
  ]
}

const lock = statement(
  'relation_lock',
  'select id from relation where id = any($1::uuid[]) order by id for update',
)

/** Locks rows in the order of their ids, so that two transactions never wait for each other. */
export async function lockRelations(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.run(lock, [ids])
}

const setPrefixes = statement(
  'relation_prefixes',
  `with written as (update relation set prefixes = $2::text[] where id = $1 returning id, warehouse_id)
   insert into location_claim (owner_id, warehouse_id, kind, location, place)
   select w.id, w.warehouse_id, 'relation', p.location, p.place from written w, unnest($2::text[], $3::text[]) p(location, place)
   on conflict do nothing`,
)

/**
 * Changes the places of a relation. It keeps its claims to those that it leaves until it is deleted: its snapshots and
 * its metadata log name files there.
 */
export async function replacePrefixes(
  tx: Queryable,
  relationId: string,
  { locations, places }: Pick<ClaimedPlaces, 'locations' | 'places'>,
): Promise<void> {
  await tx.run(setPrefixes, [relationId, locations, places])
}
