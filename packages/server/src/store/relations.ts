import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'
import type { ChildFilter } from './namespaces.ts'

export type RelationKind = 'table' | 'view'

/** Form of a metadata text: with all snapshots, with referenced snapshots only, or no text. */
export type BodyForm = 'all' | 'refs' | 'none'

/** Metadata text as kept in the row: raw deflate blocks, and length and CRC-32 of the plain text. */
export interface CompressedBody {
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
  /** SHA-256 of the text in the metadata file, in hex. Null: not recorded yet. */
  readonly digest: string | null
  readonly location: string
  readonly ownerId: string
  /** Principal that last replaced a view, whose rights its readers use. Empty for other relations. */
  readonly definerId: string
  readonly protected: boolean
  /** Canonical prefixes of its files, each ending in `/`, one per line. */
  readonly prefixes: string
  /** Epoch ms. Storage access that was issued before this time is invalid. */
  readonly notBefore: number
  /** Null: not asked for, already known, or over the row's size limit. */
  readonly body: CompressedBody | null
}

/**
 * Returns the key of a metadata text for caches and ETags. The location by itself does not identify the text: a
 * registered relation can have a file name that another text had before.
 */
export function toMetadataKey({
  id,
  digest,
  metadataLocation,
}: Pick<RelationRow, 'id' | 'digest' | 'metadataLocation'>): string {
  return `${id} ${digest ?? ''} ${metadataLocation}`
}

/** SQL of the digest of relation `r`, in hex; null when it belongs to another metadata file. */
export const digestSql = `case when r.digest_location = r.metadata_location then encode(r.metadata_digest, 'hex') end`

/** SQL of `toMetadataKey` of relation `r`. */
export const metadataKeySql: string = `r.id || ' ' || coalesce(${digestSql}, '') || ' ' || r.metadata_location`

const nameOf = statement(
  'relation_name_of',
  `select n.path, r.name from relation r join namespace n on n.id = r.namespace_id where r.id = $1`,
)

/** Returns the current name of a relation, or null when it was dropped. */
export async function findRelationName(
  sql: Queryable,
  id: string,
): Promise<{ readonly path: string; readonly name: string } | null> {
  return (await sql.run<{ path: string; name: string }>(nameOf, [id]))[0] ?? null
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
