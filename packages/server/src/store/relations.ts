import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'
import type { ChildFilter } from './namespaces.ts'

/** Kind of a relation: an Iceberg table, an Iceberg view, or a Lance table. All kinds share the names of a namespace. */
export type RelationKind = 'table' | 'view' | 'lance-table'

/** Kinds of relations whose metadata is in Iceberg metadata files. */
export type IcebergKind = Exclude<RelationKind, 'lance-table'>

/** Returns the kind in a column of the database. */
export function toRelationKind(column: string | null | undefined): RelationKind {
  if (column === 'table' || column === 'view' || column === 'lance-table') return column
  throw new TypeError(`The database contains the unknown kind of relation ${String(column)}.`)
}

/** Planner of scans: each client, or the server. */
export type ScanPlanner = 'client' | 'server'

/** Returns the planner in a column of the database. */
export function toScanPlanner(column: string | null | undefined): ScanPlanner | null {
  return column === 'client' || column === 'server' ? column : null
}

/**
 * Snapshots in the metadata text that a query returns: all snapshots, or only referenced snapshots (`SnapshotMode` of the
 * query parameter `snapshots`). `none`: the query returns no text.
 */
export type WantedSnapshots = 'all' | 'refs' | 'none'

/**
 * Compressed metadata text in the row of a relation: raw deflate blocks, and the length and CRC-32 of the
 * uncompressed text.
 */
export interface CompressedText {
  readonly compressed: Buffer
  readonly length: number
  readonly crc: number
}

export interface RelationRow {
  readonly id: string
  readonly kind: RelationKind
  readonly uuid: string
  readonly version: number
  readonly metadataLocation: string
  /** SHA-256 of the text in the metadata file, in hex. Null when the digest is not recorded yet. */
  readonly digest: string | null
  readonly location: string
  readonly ownerId: string
  /**
   * Id of the principal with whose rights readers of a view access its tables: the principal that last
   * replaced the view, or else the owner of the view.
   */
  readonly definerId: string
  readonly protected: boolean
  /** Planner of the scans of a table. Null: the property of the warehouse decides. */
  readonly scanPlanning: ScanPlanner | null
  /** Canonical locations of the files of the relation, each ending in `/`, one per line. */
  readonly prefixes: string
  /**
   * Time of the last revocation of storage access to the relation, in epoch ms. Access that was issued at or before this
   * time is revoked (`StorageGrant.revokedBefore`).
   */
  readonly notBefore: number
  /**
   * Metadata text. Null when the caller did not request it, when the caller already has it, or when the text is too
   * large for the row.
   */
  readonly body: CompressedText | null
}

/**
 * Returns the key that identifies a metadata text in caches and ETags. The location is not sufficient as a
 * key, because a client can overwrite a metadata file and register it again.
 */
export function toMetadataKey({
  id,
  digest,
  metadataLocation,
}: Pick<RelationRow, 'id' | 'digest' | 'metadataLocation'>): string {
  return `${id} ${digest ?? ''} ${metadataLocation}`
}

/** Returns the parts of a key that `toMetadataKey` returned. */
export function parseMetadataKey(key: string): Pick<RelationRow, 'id' | 'digest' | 'metadataLocation'> {
  const afterId = key.indexOf(' ')
  const afterDigest = key.indexOf(' ', afterId + 1)
  const digest = key.slice(afterId + 1, afterDigest)
  return {
    id: key.slice(0, afterId),
    digest: digest === '' ? null : digest,
    metadataLocation: key.slice(afterDigest + 1),
  }
}

/**
 * SQL expression for the metadata digest of relation `r` in hex. Its value is null when the stored digest belongs to
 * a previous metadata file.
 */
export const digestSql = `case when r.digest_location = r.metadata_location then encode(r.metadata_digest, 'hex') end`

const nameById = statement(
  'relation_name_of',
  `select n.path, r.name from relation r join namespace n on n.id = r.namespace_id where r.id = $1`,
)

/** Returns the current name of a relation, or null when the relation was dropped or deleted. */
export async function findRelationName(
  sql: Queryable,
  id: string,
): Promise<{ readonly path: string; readonly name: string } | null> {
  return (await sql.run<{ path: string; name: string }>(nameById, [id]))[0] ?? null
}

const byUuid = statement('relation_by_uuid', 'select 1 from relation where warehouse_id = $1 and uuid = $2')

/** Returns whether a table or view of the warehouse, live or dropped, has this UUID. */
export async function isUuidTaken(sql: Queryable, warehouseId: string, uuid: string): Promise<boolean> {
  return (await sql.run(byUuid, [warehouseId, uuid])).length > 0
}

const names = statement(
  'relation_names',
  `select r.name from relation r
   where r.namespace_id = $1 and r.kind = $2 and ($3::text is null or r.name > $3)
     and ($4::uuid[] is null or r.id = any($4) or r.owner_id = any($5::uuid[]))
   order by r.name limit $6`,
)

/** Returns the names of the relations of one kind in a namespace, in byte order after `filter.after`. */
export async function listRelationNames(
  sql: Queryable,
  namespaceId: string,
  kind: RelationKind,
  filter: ChildFilter,
): Promise<string[]> {
  const values = [namespaceId, kind, filter.after, filter.ids, filter.owners, filter.limit]
  return (await sql.run<{ name: string }>(names, values)).map((row) => row.name)
}
