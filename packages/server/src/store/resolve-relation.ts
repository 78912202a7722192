import {
  type WantedSnapshots,
  type CompressedText,
  digestSql,
  parseMetadataKey,
  type RelationRow,
  toRelationKind,
  toScanPlanner,
} from './relations.ts'
import { type RowFields, type Sql, type Statement, statement, type TextValues } from './sql.ts'

/** Name of a relation, and the metadata text that the query returns with it. */
export interface ResolveKey {
  readonly warehouseId: string
  readonly path: string
  readonly name: string
  readonly snapshots: WantedSnapshots
  /**
   * Key (`toMetadataKey`) of the metadata text that the caller already has. If the text is still current, the query
   * does not return it again. Null when the caller has no text.
   */
  readonly known: string | null
}

/**
 * Result of the query: the namespace and the relation with the requested name, and the current policy
 * version. Namespace and relation are null when they do not exist.
 */
export interface Resolved {
  readonly policyVersion: number
  readonly namespace: {
    readonly id: string
    readonly lineage: string
    readonly owners: string
  } | null
  readonly relation: RelationRow | null
}

// Columns of the two forms of the metadata text. If the row has no text in the form `refs` (referenced
// snapshots only), the query returns the complete text, and the caller removes the other snapshots.
const whole = ['r.body', 'r.body_length', 'r.body_crc'] as const
const referenced = [
  'coalesce(r.refs_body, r.body)',
  'case when r.refs_body is null then r.body_length else r.refs_length end',
  'case when r.refs_body is null then r.body_crc else r.refs_crc end',
] as const

const statements: Readonly<Record<WantedSnapshots, Statement>> = {
  none: byName('relation_resolve', 'null, null, null'),
  all: byName('relation_resolve_all', unlessKnown(whole)),
  refs: byName('relation_resolve_refs', unlessKnown(referenced)),
}

/**
 * Returns a statement that reads a relation by its name. Lateral subqueries with LIMIT make every plan use
 * one index look-up for each row, regardless of the estimates of the planner. The limit on `policy` is
 * necessary because PostgreSQL assumes that a table has thousands of rows until it is analyzed. It would then
 * prefer custom plans, and plan the statement again for every read. The statement returns plain columns, and
 * each form of the metadata text has its own statement, because JSON or a comparison of the form would make
 * every read slower.
 */
function byName(name: string, body: string): Statement {
  return statement(
    name,
    `select p.version, n.id, n.lineage, n.owners,
       r.id, r.kind, r.uuid, r.version, r.metadata_location, ${digestSql}, r.location, r.owner_id,
       coalesce(r.definer_id, r.owner_id), r.protected, array_to_string(r.prefixes, E'\\n'),
       extract(epoch from r.not_before)::float8 * 1000, r.scan_planning, ${body}
     from (select version from policy limit 1) p
     left join lateral (
       select id, lineage, owners from namespace where warehouse_id = $1 and path = $2 limit 1) n on true
     left join lateral (select * from relation where namespace_id = n.id and name = $3 limit 1) r on true`,
  )
}

/**
 * Returns the columns of the metadata text. The body is null when the parameters $4 to $6 (id, digest,
 * location) identify the current metadata file, because the caller then already has the text.
 */
function unlessKnown([body, length, crc]: typeof whole | typeof referenced): string {
  // Rows of earlier releases have no digest, so the comparison uses `is not distinct from`, which accepts two
  // nulls.
  return `case when r.id = $4 and r.metadata_location = $6
      and (case when r.digest_location = r.metadata_location then r.metadata_digest end) is not distinct from $5
    then null else ${body} end, ${length}, ${crc}`
}

/**
 * Reads the relation with a name from the database. The result includes every commit that was acknowledged before the
 * call.
 */
export async function resolveRelation(sql: Sql, key: ResolveKey): Promise<Resolved> {
  const { warehouseId, path, name, snapshots, known } = key
  const values: TextValues = [warehouseId, path, name]
  return await sql.readCached(
    statements[snapshots],
    snapshots === 'none' ? values : [...values, ...knownValues(known)],
    decodeRow,
  )
}

function knownValues(known: string | null): TextValues {
  if (known === null) return [null, null, null]
  const { id, digest, metadataLocation } = parseMetadataKey(known)
  return [id, digest === null ? null : `\\x${digest}`, metadataLocation]
}

function decodeRow(fields: RowFields | null): Resolved {
  if (fields === null) throw new Error('The table policy contains no row, so the policy version is unknown.')
  const [policyVersion, namespaceId, lineage, owners, ...relation] = fields
  return {
    policyVersion: Number(policyVersion),
    namespace:
      namespaceId === null ? null : { id: text(namespaceId), lineage: text(lineage), owners: text(owners) },
    relation: decodeRelation(relation),
  }
}

function decodeRelation(fields: RowFields): RelationRow | null {
  const [id, kind, uuid, version, metadataLocation, digest, location, ownerId, definerId, ...others] = fields
  const [isProtected, prefixes, notBefore, planner, body, length, crc] = others
  if (id === null) return null
  return {
    id: text(id),
    kind: toRelationKind(kind),
    uuid: text(uuid),
    version: Number(version),
    metadataLocation: text(metadataLocation),
    digest: digest ?? null,
    location: text(location),
    ownerId: text(ownerId),
    definerId: text(definerId),
    protected: isProtected === 't',
    prefixes: text(prefixes),
    notBefore: Number(notBefore),
    scanPlanning: toScanPlanner(planner),
    body: body === null ? null : decodeBody(text(body), length, crc),
  }
}

/**
 * Decodes the columns of a metadata text.
 *
 * @param body `bytea` in the text format of PostgreSQL: `\x` and hexadecimal digits
 */
function decodeBody(
  body: string,
  length: string | null | undefined,
  crc: string | null | undefined,
): CompressedText {
  return { compressed: Buffer.from(body.slice(2), 'hex'), length: Number(length), crc: Number(crc) }
}

function text(field: string | null | undefined): string {
  if (field === null || field === undefined)
    throw new TypeError('The query of a relation returned null for a column that is never null.')
  return field
}
