import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'
import type { ChildFilter } from './namespaces.ts'

export type RelationKind = 'table' | 'view'

/** Which text of the metadata a reader wants: all snapshots, referenced ones only, or none. */
export type BodyForm = 'all' | 'refs' | 'none'

/** Metadata text as kept in the row: raw deflate blocks, and length and CRC-32 of the plain text. */
export interface PackedBody {
  readonly packed: Buffer
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
  /** Of a view: by whose rights others read through it: who wrote what it says now, or nobody. */
  readonly definerId: string
  readonly protected: boolean
  /** Canonical prefixes that its files may be under, each ending in `/`, one a line. */
  readonly prefixes: string
  /** Epoch ms: storage access that was handed out before is over. */
  readonly notBefore: number
  /** Null: not asked for, already known, or over the row's size limit. */
  readonly body: PackedBody | null
}

/**
 * Identifies a metadata text in caches and ETags. The location alone does not: a relation that is registered can have a
 * file name that another text had before.
 */
export function metadataKeyOf({
  id,
  digest,
  metadataLocation,
}: Pick<RelationRow, 'id' | 'digest' | 'metadataLocation'>): string {
  return `${id} ${digest ?? ''} ${metadataLocation}`
}

/** SQL of the digest of relation `r`, in hex; null when it belongs to another metadata file. */
export const digestSql = `case when r.digest_location = r.metadata_location then encode(r.metadata_digest, 'hex') end`

/** SQL of `metadataKeyOf` of relation `r`. */
export const metadataKeySql: string = `r.id || ' ' || coalesce(${digestSql}, '') || ' ' || r.metadata_location`

const nameOf = statement(
  'relation_name_of',
  `select n.path, r.name from relation r join namespace n on n.id = r.namespace_id where r.id = $1`,
)

/** Where a relation stands now; null when it was dropped. */
export async function findRelationName(
  sql: Queryable,
  id: string,
): Promise<{ readonly path: string; readonly name: string } | null> {
  return (await sql.run<{ path: string; name: string }>(nameOf, [id]))[0] ?? null
}

const byUuid = statement('relation_by_uuid', 'select 1 from relation where warehouse_id = $1 and uuid = $2')

/** Whether a table or view of the warehouse, live or dropped, has this uuid. */
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

/** Names of the relations of one kind in a namespace, in byte order after `filter.after`. */
export async function listRelationNames(
  sql: Queryable,
  namespaceId: string,
  kind: RelationKind,
  filter: ChildFilter,
): Promise<string[]> {
  const values = [namespaceId, kind, filter.after, filter.ids, filter.owners, filter.limit]
  return (await sql.run<{ name: string }>(names, values)).map((row) => row.name)
}
