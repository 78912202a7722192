import {
  type BodyForm,
  type CompressedBody,
  digestSql,
  metadataKeySql,
  type RelationRow,
} from './relations.ts'
import { type RowFields, type Sql, statement } from './sql.ts'

/** Name of a relation, and the metadata text that the query returns with it. */
export interface ResolveKey {
  readonly warehouseId: string
  readonly path: string
  readonly name: string
  readonly form: BodyForm
  /**
   * Key (`toMetadataKey`) of the metadata text that the caller already has. If the text is still current, the query
   * does not return it again. Null when the caller has no text.
   */
  readonly known: string | null
}

/**
 * Result of the query: the namespace and the relation with the requested name, each null when it does not exist, and
 * the current policy version.
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

// Lateral subqueries with LIMIT make every plan use one index look-up for each row, regardless of the estimates of
// the planner. The limit on `policy` is necessary because PostgreSQL assumes thousands of rows until a table is analyzed:
// then a custom plan seems cheaper than the generic plan, and PostgreSQL plans the statement again for every read. The
// statement returns plain columns, because JSON, casts and further functions would double the cost
// of the query.
const byName = statement(
  'relation_resolve',
  `select p.version, n.id, n.lineage, n.owners,
     r.id, r.kind, r.uuid, r.version, r.metadata_location, ${digestSql}, r.location, r.owner_id,
     coalesce(r.definer_id, r.owner_id), r.protected, array_to_string(r.prefixes, E'\\n'), 
     extract(epoch from r.not_before)::float8 * 1000,
     case when $4 = 'none' or ($5::text is not null and $5 = ${metadataKeySql}) then null
          when $4 = 'refs' and r.refs_body is not null then r.refs_body else r.body end,
     case when $4 = 'refs' and r.refs_body is not null then r.refs_length else r.body_length end,
     case when $4 = 'refs' and r.refs_body is not null then r.refs_crc else r.body_crc end
   from (select version from policy limit 1) p
   left join lateral (
     select id, lineage, owners from namespace where warehouse_id = $1 and path = $2 limit 1) n on true
   left join lateral (select * from relation where namespace_id = n.id and name = $3 limit 1) r on true`,
)

/**
 * Reads the relation with a name from the database. The result includes every commit that was acknowledged before the
 * call.
 */
export async function resolveRelation(sql: Sql, key: ResolveKey): Promise<Resolved> {
  const { warehouseId, path, name, form, known } = key
  const row = await sql.readRow(byName, [warehouseId, path, name, form, known])
  if (row === null) throw new Error('The table policy contains no row, so the policy version is unknown.')
  return decodeRow(row)
}

function decodeRow(fields: RowFields): Resolved {
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
  const [isProtected, prefixes, notBefore, body, length, crc] = others
  if (id === null) return null
  return {
    id: text(id),
    kind: kind === 'view' ? 'view' : 'table',
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
): CompressedBody {
  return { compressed: Buffer.from(body.slice(2), 'hex'), length: Number(length), crc: Number(crc) }
}

function text(field: string | null | undefined): string {
  if (field === null || field === undefined)
    throw new TypeError('The query of a relation returned null for a column that is never null.')
  return field
}
