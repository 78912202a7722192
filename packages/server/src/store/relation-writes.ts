import type { ClaimedPlaces } from './location-claims.ts'
import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'
import type { CompressedText, RelationKind } from './relations.ts'
import { permittedSql, type CommitRecord, recordSql, runWithRecord } from './commit-record.ts'
import { homeSql } from './store-name.ts'

/**
 * Compressed metadata text of a relation, for the columns of its row: `body` with all snapshots, `refs` with referenced
 * snapshots only. `body` is null when it is too large for the row.
 */
export interface TextColumns {
  readonly body: CompressedText | null
  readonly refs: CompressedText | null
  /** SHA-256 of the metadata text, in hex. */
  readonly digest: string
}

export interface NewRelation extends TextColumns {
  readonly id: string
  readonly warehouseId: string
  readonly namespaceId: string
  readonly name: string
  readonly kind: RelationKind
  readonly uuid: string
  readonly metadataLocation: string
  readonly location: string
  /** Canonical locations that the relation may use, each ending in `/`. */
  readonly prefixes: readonly string[]
  /** Physical locations of `prefixes`, in the same order. */
  readonly places: readonly string[]
  /** Name of the store from which `places` were computed. Null when the store has no name. */
  readonly storeName: string | null
  /** True when a staged table has reserved the id and the locations. The reservation must still be valid. */
  readonly isReserved: boolean
  readonly ownerId: string
  /** Principal with whose rights readers access the tables of a view. Null for the owner of the view. */
  readonly definerId: string | null
}

/**
 * State of a relation's row from which a change was computed. The change is written only if the row is still
 * in this state.
 */
export interface RowVersion {
  readonly id: string
  readonly version: number
  readonly namespaceId: string
  readonly name: string
  /**
   * Location of the metadata file. It is compared in addition to `version`, because a version can occur again after
   * the database was restored from a backup.
   */
  readonly metadataLocation: string
}

/**
 * SQL condition that is true when the row of a relation has the values of the first five parameters
 * (`rowVersionValues`).
 */
export const rowVersionSql =
  'id = $1 and version = $2 and namespace_id = $3 and name = $4 and metadata_location = $5'

export function rowVersionValues({
  id,
  version,
  namespaceId,
  name,
  metadataLocation,
}: RowVersion): unknown[] {
  return [id, version, namespaceId, name, metadataLocation]
}

export interface Replacement extends TextColumns {
  readonly rowVersion: RowVersion
  readonly uuid: string
  readonly metadataLocation: string
  readonly location: string
  /**
   * New principal with whose rights readers access the tables of a view. Null when the change keeps the current
   * principal.
   */
  readonly definerId: string | null
}

const insert = statement(
  'relation_insert',
  `with ${homeSql(2, 21)},
   reserved as (
     delete from staged_relation s where s.id = $1 and $19 and not s.clearing and (s.ends_at is null or s.ends_at > now())
       and (select version from policy) = $22 and exists (select from home)
     returning s.id, s.created_at),
   written as (
     insert into relation (id, warehouse_id, namespace_id, name, kind, uuid, metadata_location, location, owner_id, definer_id,
       body, body_length, body_crc, refs_body, refs_length, refs_crc, metadata_digest, digest_location, prefixes, created_at)
     select $1, h.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, decode($17, 'hex'), $7, $18::text[],
       coalesce((select created_at from reserved), now())
     from home h
     where (select version from policy) = $22 and (not $19::boolean or exists (select from reserved))
     returning id, warehouse_id),
   claimed as (
     insert into location_claim (owner_id, warehouse_id, kind, location, place)
     select w.id, w.warehouse_id, 'relation', p.location, p.place from written w, unnest($18::text[], $20::text[]) p(location, place)
     on conflict (owner_id, location) do update set kind = 'relation', place = excluded.place, ends_at = null
     returning 1),
   ${recordSql(23)}
   select id from written where ${permittedSql(22, ['idempotency_row', 'claimed'])}`,
)

/**
 * Inserts a relation. A staged relation has the creation time of its reservation. Returns false when the policy
 * version changed, when the reservation has ended, or when the store of the warehouse has another name than
 * `storeName`. Throws the constraint violation when the name is in use or the namespace was deleted.
 */
export async function insertRelation(
  sql: Queryable,
  relation: NewRelation,
  record: CommitRecord,
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
    ...textColumnValues(relation),
    relation.prefixes,
    relation.isReserved,
    relation.places,
    relation.storeName,
  ]
  return (await runWithRecord(sql, insert, values, record)).length === 1
}

const replace = statement(
  'relation_replace',
  `with written as (
     update relation set version = version + 1, uuid = $6, metadata_location = $7, location = $8, definer_id = coalesce($9, definer_id),
       body = $10, body_length = $11, body_crc = $12, refs_body = $13, refs_length = $14, refs_crc = $15,
       metadata_digest = decode($16, 'hex'), digest_location = $7, updated_at = now()
     where ${rowVersionSql} and (select version from policy) = $17
     returning id),
   ${recordSql(18)}
   select id from written where ${permittedSql(17)}`,
)

/**
 * Replaces the metadata of a relation if its row is still in the expected state (compare-and-swap of a commit).
 * Returns false, without a change, when the relation or the policy changed.
 */
export async function replaceRelation(
  sql: Queryable,
  change: Replacement,
  record: CommitRecord,
): Promise<boolean> {
  const values = [
    ...rowVersionValues(change.rowVersion),
    change.uuid,
    change.metadataLocation,
    change.location,
    change.definerId,
    ...textColumnValues(change),
  ]
  return (await runWithRecord(sql, replace, values, record)).length === 1
}

const confirm = statement(
  'relation_confirm',
  `select id from relation where ${rowVersionSql} and (select version from policy) = $6`,
)

/**
 * Checks that a relation, which a commit requires but does not change, is still in the expected state. Returns false
 * when the relation or the policy changed. The caller has locked the row.
 */
export async function confirmRelation(
  tx: Queryable,
  rowVersion: RowVersion,
  policyVersion: number,
): Promise<boolean> {
  return (await tx.run(confirm, [...rowVersionValues(rowVersion), policyVersion])).length === 1
}

function textColumnValues({ body, refs, digest }: TextColumns): unknown[] {
  return [
    body?.compressed ?? null,
    body?.length ?? null,
    body?.crc ?? null,
    refs?.compressed ?? null,
    refs?.length ?? null,
    refs?.crc ?? null,
    digest,
  ]
}

const lock = statement(
  'relation_lock',
  'select id from relation where id = any($1::uuid[]) order by id for update',
)

/** Locks the rows of relations in the order of their ids, so that two transactions never deadlock. */
export async function lockRelations(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.run(lock, [ids])
}

const setPrefixes = statement(
  'relation_prefixes',
  `with ${homeSql(4, 5)},
   written as (
     update relation r set prefixes = $2::text[] from home h where r.id = $1 and r.warehouse_id = h.id
     returning r.id, r.warehouse_id),
   claimed as (
     insert into location_claim (owner_id, warehouse_id, kind, location, place)
     select w.id, w.warehouse_id, 'relation', p.location, p.place from written w, unnest($2::text[], $3::text[]) p(location, place)
     on conflict do nothing)
   select id from written`,
)

/**
 * Replaces the locations of a relation. The relation keeps the claims of its previous locations until it is deleted,
 * because its snapshots and its metadata log refer to files at these locations. Returns false when the store of the
 * warehouse has another name than `storeName`.
 */
export async function replacePrefixes(
  tx: Queryable,
  { id, warehouseId }: { readonly id: string; readonly warehouseId: string },
  { locations, places, storeName }: Omit<ClaimedPlaces, 'ancestors'>,
): Promise<boolean> {
  return (await tx.run(setPrefixes, [id, locations, places, warehouseId, storeName])).length === 1
}
