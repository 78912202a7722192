import { type Queryable, statement } from './sql.ts'

/** Row of a group of users that an issuer (identity provider) defines. */
export interface GroupRow {
  readonly id: string
  readonly issuer: string
  readonly name: string
  /** Number of principals whose newest token with groups contained this group, regardless of the age of the token. */
  readonly members: number
  /** Time of creation in epoch ms. */
  readonly createdAt: number
}

const columns = `g.id, g.issuer, g.name, g.created_at as "createdAt",
  (select count(*)::int from group_member m where m.group_id = g.id) as members`

const byId = statement('group-by-id', `select ${columns} from principal_group g where g.id = $1`)
const byName = statement(
  'group-by-name',
  `select ${columns} from principal_group g where g.issuer = $1 and g.name = $2`,
)
const ensure = statement(
  'group-ensure',
  `insert into principal_group (id, issuer, name) values ($1, $2, $3) on conflict (issuer, name) do nothing returning id`,
)
const page = statement(
  'group-page',
  `select ${columns} from principal_group g
   where ($1::text is null or (g.issuer, g.name) > ($1, $2::text)) and ($3::text is null or g.issuer = $3)
   order by g.issuer, g.name limit $4`,
)

export async function findGroup(sql: Queryable, id: string): Promise<GroupRow | null> {
  return (await sql.run<GroupRow>(byId, [id]))[0] ?? null
}

export async function findGroupByName(
  sql: Queryable,
  issuer: string,
  name: string,
): Promise<GroupRow | null> {
  return (await sql.run<GroupRow>(byName, [issuer, name]))[0] ?? null
}

/** Inserts a group without members, unless it already exists. */
export async function ensureGroup(
  sql: Queryable,
  group: Pick<GroupRow, 'id' | 'issuer' | 'name'>,
): Promise<void> {
  await sql.run(ensure, [group.id, group.issuer, group.name])
}

/** Returns groups in byte order of their issuers and names. */
export function listGroups(
  sql: Queryable,
  filter: {
    readonly after: Pick<GroupRow, 'issuer' | 'name'> | null
    readonly issuer: string | null
    readonly limit: number
  },
): Promise<GroupRow[]> {
  const { after, issuer, limit } = filter
  return sql.run<GroupRow>(page, [after?.issuer ?? null, after?.name ?? null, issuer, limit])
}
