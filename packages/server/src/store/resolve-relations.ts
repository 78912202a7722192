import { momentSql, runSql } from './moment.ts'
import { type BodyForm, digestSql, metadataKeySql, type RelationRow } from './relations.ts'
import { type Queryable, statement } from './sql.ts'

/** Asks for a relation by name. */
export interface ResolveKey {
  readonly warehouseId: string
  readonly path: string
  readonly name: string
  readonly form: BodyForm
  /** The `metadataKeyOf` the text that the asker has in this form. */
  readonly known: string | null
  /** What the asker saw there before: it is not sent again while it is the same. */
  readonly seen: Seen | null
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

/** What once stood at a name, without its text. */
export interface Seen {
  /** Which versions of the two rows this is. */
  readonly stamp: string
  /** Of the store when it last stood there; null: not known. */
  readonly moment: string | null
  readonly standing: Resolved
}

/** What stands at a name now, and how to ask for it the next time. */
export interface Answered {
  readonly resolved: Resolved
  readonly seen: Seen
}

/** What stands at some names, in their order, and at which moment of the store. */
export interface AnsweredAt {
  readonly moment: string | null
  readonly answers: readonly (Answered | undefined)[]
}

interface Row {
  ord: number
  moment: string | null
  policyVersion: number
  stamp: string | null
  namespace: string | null
  relation: string | null
  body: Buffer | null
  length: number
  crc: number
}

// A row that is changed is a new version with another place (`ctid`) and another writer (`xmin`). In a database that was
// set back, on a stand-by that took over, and after a crash a writer's number comes again: that is another run of the
// server. For good measure the metadata text is compared as well.
// The lateral subqueries with LIMIT keep the planner on one index probe a name, whatever it believes of the sizes.
const resolveFrom = (
  keys: string,
): string => `select k.ord::int as ord, (select version from policy) as "policyVersion",
     case k.ord when 1 then (select ${momentSql}) end as moment,
     case when v.stamp = k.seen then null else v.stamp end as stamp,
     case when v.stamp = k.seen or n.id is null then null else
       json_build_object('id', n.id, 'lineage', n.lineage::text, 'owners', n.owners::text)::text end as namespace,
     case when v.stamp = k.seen or r.id is null then null else
       json_build_object('id', r.id, 'kind', r.kind, 'uuid', r.uuid, 'version', r.version,
         'metadataLocation', r.metadata_location, 'digest', ${digestSql}, 'location', r.location, 'ownerId', r.owner_id,
         'definerId', coalesce(r.definer_id, r.owner_id), 'protected', r.protected,
         'prefixes', array_to_string(r.prefixes, E'\\n'),
         'notBefore', extract(epoch from r.not_before)::float8 * 1000)::text end as relation,
     case when k.form = 'none' or ${metadataKeySql} = k.known then null
          when k.form = 'refs' and r.refs_body is not null then r.refs_body else r.body end as body,
     case when k.form = 'refs' and r.refs_body is not null then r.refs_length else r.body_length end as length,
     case when k.form = 'refs' and r.refs_body is not null then r.refs_crc else r.body_crc end as crc
   from ${keys}
   left join lateral (select *, xmin, ctid from namespace where warehouse_id = k.warehouse_id and path = k.path limit 1) n on true
   left join lateral (select *, xmin, ctid from relation where namespace_id = n.id and name = k.name limit 1) r on true
   cross join lateral (select concat_ws(' ', (select ${runSql}), n.xmin, n.ctid, r.xmin, r.ctid, ${metadataKeySql}) as stamp offset 0) v`

const resolveMany = statement(
  'relation_resolve_many',
  resolveFrom(
    'unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) with ordinality k(warehouse_id, path, name, form, known, seen, ord)',
  ),
)
// Most batches of a server that is not busy are of one name, and arrays cost PostgreSQL a third more.
const resolveOne = statement(
  'relation_resolve_one',
  resolveFrom(
    '(select $1::uuid as warehouse_id, $2::text as path, $3::text as name, $4::text as form, $5::text as known, $6::text as seen, 1 as ord) k',
  ),
)

/** Resolves many names with one query. */
export async function resolveRelations(sql: Queryable, keys: readonly ResolveKey[]): Promise<AnsweredAt> {
  const rows = await rowsOf(sql, keys)
  const moment = rows.find(({ ord }) => ord === 1)?.moment ?? null
  const answers: Answered[] = Array.from({ length: keys.length })
  for (const row of rows) answers[row.ord - 1] = fromRow(row, keys[row.ord - 1]?.seen ?? null, moment)
  return { moment, answers }
}

async function rowsOf(sql: Queryable, keys: readonly ResolveKey[]): Promise<Row[]> {
  const [only] = keys
  if (keys.length === 1 && only !== undefined) {
    const { warehouseId, path, name, form, known, seen } = only
    return await sql.run(resolveOne, [warehouseId, path, name, form, known, seen?.stamp ?? null])
  }
  return await sql.run(resolveMany, [
    keys.map((key) => key.warehouseId),
    keys.map((key) => key.path),
    keys.map((key) => key.name),
    keys.map((key) => key.form),
    keys.map((key) => key.known),
    keys.map((key) => key.seen?.stamp ?? null),
  ])
}

function fromRow(row: Row, seen: Seen | null, moment: string | null): Answered {
  const { policyVersion, body, length, crc } = row
  const { namespace, relation } = row.stamp === null && seen !== null ? seen.standing : standingIn(row)
  const standing = { policyVersion, namespace, relation }
  const text = body === null ? null : { packed: body, length, crc }
  return {
    resolved:
      relation === null || text === null ? standing : { ...standing, relation: { ...relation, body: text } },
    seen: { stamp: row.stamp ?? seen?.stamp ?? '', moment, standing },
  }
}

function standingIn({ namespace, relation }: Row): Pick<Resolved, 'namespace' | 'relation'> {
  return {
    namespace: namespace === null ? null : JSON.parse(namespace),
    relation: relation === null ? null : { ...JSON.parse(relation), body: null },
  }
}
