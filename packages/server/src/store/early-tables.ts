import { type Queryable, statement } from './sql.ts'

/** State of a table of early staging: see the migration `early-tables`. */
export type EarlyState = 'intended' | 'created' | 'committing' | 'ending'

/** A staged table that already exists in its upstream, or is being created there. */
export interface EarlyTable {
  readonly id: string
  readonly warehouseId: string
  readonly namespaceId: string
  /** Path of the namespace, with levels joined by U+001F. */
  readonly path: string
  readonly name: string
  /** UUID in the upstream. Without meaning while the table is intended. */
  readonly uuid: string
  /** Location of the metadata that the upstream wrote at the creation. Null while the table is intended. */
  readonly metadataLocation: string | null
  /** Canonical locations of the files, each ending in `/`. */
  readonly prefixes: readonly string[]
  readonly principalId: string
  readonly digest: Buffer
  readonly state: EarlyState
  /** Whether the credentials of the principal may still be renewed. */
  readonly isLive: boolean
}

const columns = `s.id, s.warehouse_id as "warehouseId", s.namespace_id as "namespaceId", s.namespace_path as path, s.name, s.uuid,
  s.metadata_location as "metadataLocation", s.prefixes::text[], s.principal_id as "principalId", s.request_digest as digest,
  s.early as state, s.ends_at > now() as "isLive"`

/** Time in seconds after which a request to an upstream has certainly ended. The longest time limit is 600 s. */
const requestSeconds = 900

const insert = statement(
  'early_insert',
  `insert into staged_relation (id, warehouse_id, namespace_path, name, uuid, location, principal_id, prefixes, ends_at, namespace_id, early, request_digest)
   values ($1, $2, $3, $4, $1, '', $5, '{}', now() + make_interval(secs => ${requestSeconds}), $6, 'intended', $7)`,
)

/**
 * Records that a table will be created, before the request is sent to the upstream.
 *
 * @throws the violation of the unique index when the name has such a table
 */
export async function insertEarly(
  sql: Queryable,
  table: Pick<EarlyTable, 'id' | 'warehouseId' | 'namespaceId' | 'path' | 'name' | 'principalId' | 'digest'>,
): Promise<void> {
  const { id, warehouseId, path, name, principalId, namespaceId, digest } = table
  await sql.run(insert, [id, warehouseId, path, name, principalId, namespaceId, digest])
}

const created = statement(
  'early_created',
  `update staged_relation set early = 'created', uuid = $2, location = $3, prefixes = $4::text[], metadata_location = $5,
     renewal = coalesce($7, renewal), ends_at = now() + make_interval(secs => $6::float8)
   where id = $1 and early in ('intended', 'created')
   returning id`,
)

/**
 * Records the table that the upstream created, or extends the time of a created table. Returns false when another
 * request has ended the row.
 */
export async function recordEarly(
  sql: Queryable,
  id: string,
  table: Pick<EarlyTable, 'uuid' | 'prefixes' | 'metadataLocation'> & {
    /** Encrypted address at which the upstream renews storage credentials. Null: the row keeps its address. */
    readonly renewal: Buffer | null
  },
  seconds: number,
): Promise<boolean> {
  const { uuid, prefixes, metadataLocation, renewal } = table
  const values = [id, uuid, prefixes[0] ?? '', prefixes, metadataLocation, seconds, renewal]
  return (await sql.run(created, values)).length === 1
}

const find = statement(
  'early_find',
  `select ${columns} from staged_relation s where s.namespace_id = $1 and s.name = $2 and s.early is not null`,
)

/** Returns the table of early staging with a name, or null. */
export async function findEarly(
  sql: Queryable,
  namespaceId: string,
  name: string,
): Promise<EarlyTable | null> {
  return (await sql.run<EarlyTable>(find, [namespaceId, name]))[0] ?? null
}

const names = statement(
  'early_names',
  'select name from staged_relation where namespace_id = $1 and early is not null',
)

/** Returns the names of the tables of early staging in a namespace. */
export async function listEarlyNames(sql: Queryable, namespaceId: string): Promise<string[]> {
  return (await sql.run<{ name: string }>(names, [namespaceId])).map(({ name }) => name)
}

const commit = statement(
  'early_commit',
  `update staged_relation set early = 'committing', ends_at = greatest(ends_at, now() + make_interval(secs => ${requestSeconds}))
   where id = $1 and early in ('created', 'committing') and ends_at > now()
   returning id`,
)

/** Records that the first commit is sent now. Returns false when the time of the table has ended. */
export async function beginEarlyCommit(sql: Queryable, id: string): Promise<boolean> {
  return (await sql.run(commit, [id])).length === 1
}

const end = statement(
  'early_end',
  `update staged_relation s set early = 'ending', ends_at = now() + make_interval(secs => ${requestSeconds})
   where s.id = $1 and (s.ends_at <= now() or ($2 and s.early in ('intended', 'created')))
   returning s.id`,
)

/**
 * Reserves a table for the request that ends it. Afterwards no commit of its client is sent.
 *
 * @param early true to end the table before its time, for its own principal. A commit in progress prevents that
 */
export async function beginEarlyEnd(sql: Queryable, id: string, early: boolean): Promise<boolean> {
  return (await sql.run(end, [id, early])).length === 1
}

const ended = statement(
  'early_ended',
  `select ${columns}, w.name as "warehouseName" from staged_relation s join warehouse w on w.id = s.warehouse_id
   where s.early is not null and s.ends_at <= now() order by s.ends_at limit $1`,
)

/** Returns tables of early staging whose time has ended, with the names of their warehouses. */
export function listEndedEarly(
  sql: Queryable,
  limit: number,
): Promise<(EarlyTable & { readonly warehouseName: string })[]> {
  return sql.run<EarlyTable & { readonly warehouseName: string }>(ended, [limit])
}

const remove = statement('early_remove', 'delete from staged_relation where id = $1 and early is not null')

/** Deletes the row of a table that was committed, dropped or released. */
export async function removeEarly(sql: Queryable, id: string): Promise<void> {
  await sql.run(remove, [id])
}
