import { digestSql, type RelationKind } from './relations.ts'
import { type Queryable, statement } from './sql.ts'

/** Kind of the background jobs that compute and store missing digests of table and view metadata. */
export const recordDigestsJob = 'record-digests'

/** Live or dropped relation whose metadata digest is missing in its row. */
export interface UnrecordedRelation {
  readonly id: string
  readonly warehouse: string
  readonly kind: RelationKind
  readonly uuid: string
  readonly metadataLocation: string
  readonly location: string
  /** Canonical prefixes of the locations of the relation, one per line. */
  readonly prefixes: string
  readonly digest: null
  /** Compressed metadata text. Null when the text is too large for the row. */
  readonly body: Buffer | null
  readonly length: number
  readonly crc: number
}

const page = statement(
  'digests_missing',
  `select r.id, w.name as warehouse, r.kind, r.uuid, r.metadata_location as "metadataLocation", r.location,
     array_to_string(r.prefixes, E'\\n') as prefixes, ${digestSql} as digest, r.body, r.body_length as length, r.body_crc as crc
   from relation r join warehouse w on w.id = r.warehouse_id
   where ($1::uuid is null or r.id > $1) and w.kind = 'managed' and r.digest_location is distinct from r.metadata_location
   order by r.id limit $2`,
)

/** Returns relations whose metadata digest is missing and whose id follows `after`, in order of id. */
export function listUnrecorded(
  sql: Queryable,
  after: string | null,
  limit: number,
): Promise<UnrecordedRelation[]> {
  return sql.run<UnrecordedRelation>(page, [after, limit])
}

const record = statement(
  'digest_record',
  `update relation set metadata_digest = decode($3, 'hex'), digest_location = metadata_location
   where id = $1 and metadata_location = $2 and digest_location is distinct from metadata_location returning id`,
)

/**
 * Stores the metadata digest of a relation. Returns false when a commit has changed the metadata in the meantime, or
 * when the relation was deleted.
 */
export async function recordDigest(
  sql: Queryable,
  { id, metadataLocation }: Pick<UnrecordedRelation, 'id' | 'metadataLocation'>,
  digest: string,
): Promise<boolean> {
  return (await sql.run(record, [id, metadataLocation, digest])).length === 1
}
