import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'
import type { ChildFilter } from './namespaces.ts'

export type RelationKind = 'table' | 'view'

/** Which text of the metadata a reader wants: all snapshots, referenced ones only, or none. */
export type BodyForm = 'all' | 'refs' | 'none'

/** Asks for a relation by name. `known` is the metadata location whose text in this form the asker already has. */
export interface ResolveKey {
  readonly warehouseId: string
  readonly path: string
  readonly name: string
  readonly form: BodyForm
  readonly known: string | null
}

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

/** What stands at a name: the namespace and the relation, each null when absent, and the policy version of that moment. */
export interface Resolved {
  readonly policyVersion: number
  readonly namespace: {
    readonly id: string
    readonly lineage: string
    readonly owners: string
  } | null
  readonly relation: RelationRow | null
}

interface Row {
  ord: number
  policyVersion: number
  namespaceId: string | null
  lineage: string
  owners: string
  id: string | null
  kind: RelationKind
  uuid: string
  version: number
  metadataLocation: string
  location: string
  ownerId: string
  definerId: string
  protected: boolean
  prefixes: string
  notBefore: number
  body: Buffer | null
  length: number
  crc: number
}

// The lateral subqueries with LIMIT keep the planner on one index probe a name, whatever it believes of the sizes.
const resolveFrom = (
  keys: string,
): string => `select k.ord::int as ord, (select version from policy) as "policyVersion",
     n.id as "namespaceId", n.lineage::text, n.owners::text,
     r.id, r.kind, r.uuid, r.version, r.metadata_location as "metadataLocation", r.location, r.owner_id as "ownerId", coalesce(r.definer_id, r.owner_id) as "definerId", r.protected,
     array_to_string(r.prefixes, E'\\n') as prefixes, extract(epoch from r.not_before)::float8 * 1000 as "notBefore",
     case when k.form = 'none' or r.metadata_location = k.known then null
          when k.form = 'refs' and r.refs_body is not null then r.refs_body else r.body end as body,
     case when k.form = 'refs' and r.refs_body is not null then r.refs_length else r.body_length end as length,
     case when k.form = 'refs' and r.refs_body is not null then r.refs_crc else r.body_crc end as crc
   from ${keys}
   left join lateral (select * from namespace where warehouse_id = k.warehouse_id and path = k.path limit 1) n on true
   left join lateral (select * from relation where namespace_id = n.id and name = k.name limit 1) r on true`

const resolveMany = statement(
  'relation_resolve_many',
  resolveFrom(
    'unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) with ordinality k(warehouse_id, path, name, form, known, ord)',
  ),
)
// Most batches of a server that is not busy are of one name, and arrays cost PostgreSQL a third more.
const resolveOne = statement(
  'relation_resolve_one',
  resolveFrom(
    '(select $1::uuid as warehouse_id, $2::text as path, $3::text as name, $4::text as form, $5::text as known, 1 as ord) k',
  ),
)

/** Resolves many names with one query; answers in the order of the keys. */
export async function resolveRelations(sql: Queryable, keys: readonly ResolveKey[]): Promise<Resolved[]> {
  const [only] = keys
  if (keys.length === 1 && only !== undefined) {
    const { warehouseId, path, name, form, known } = only
    return (await sql.run<Row>(resolveOne, [warehouseId, path, name, form, known])).map(fromRow)
  }
  const rows = await sql.run<Row>(resolveMany, [
    keys.map((key) => key.warehouseId),
    keys.map((key) => key.path),
    keys.map((key) => key.name),
    keys.map((key) => key.form),
    keys.map((key) => key.known),
  ])
  const answers: Resolved[] = Array.from({ length: keys.length })
  for (const row of rows) answers[row.ord - 1] = fromRow(row)
  return answers
}

function fromRow(row: Row): Resolved {
  return {
    policyVersion: row.policyVersion,
    namespace:
      row.namespaceId === null
        ? null
        : {
            id: row.namespaceId,
            lineage: row.lineage,
            owners: row.owners,
          },
    relation:
      row.id === null
        ? null
        : {
            id: row.id,
            kind: row.kind,
            uuid: row.uuid,
            version: row.version,
            metadataLocation: row.metadataLocation,
            location: row.location,
            ownerId: row.ownerId,
            definerId: row.definerId,
            protected: row.protected,
            prefixes: row.prefixes,
            notBefore: row.notBefore,
            body: row.body === null ? null : { packed: row.body, length: row.length, crc: row.crc },
          },
  }
}

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
