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
  `with written as (
     insert into relation (id, warehouse_id, namespace_id, name, kind, uuid, metadata_location, location, owner_id, definer_id,
       body, body_length, body_crc, refs_body, refs_length, refs_crc, metadata_digest, digest_location, prefixes)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, decode($17, 'hex'), $7, $18::text[] where (select version from policy) = $19
     returning id),
   located as (insert into relation_location (location, relation_id) select l, id from written, unnest($18::text[]) l),
   unstaged as (delete from staged_relation s using written where s.id = written.id returning 1),
   ${ridersSql(20)}
   select id from written where ${permittedSql(19, ['kept', 'unstaged'])}`,
)

/** False: the policy moved. Throws the violation when the name is taken or the namespace went. */
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
  `with told as (update relation set prefixes = $2::text[] where id = $1)
   insert into relation_location (location, relation_id) select l, $1 from unnest($2::text[]) l on conflict do nothing`,
)

/**
 * Gives a relation other places. Those that it leaves stay taken until it is gone: its snapshots and its log go on
 * naming files there, which nobody else may be given the keys to, or sweep away.
 */
export async function replacePrefixes(
  tx: Queryable,
  relationId: string,
  prefixes: readonly string[],
): Promise<void> {
  await tx.run(setPrefixes, [relationId, prefixes])
}
