import { type Queryable, statement } from './sql.ts'

/**
 * State of an early-staged table: `intended` before the request that creates it in the upstream catalog,
 * `created` after this request, `committing` from its first commit until the outcome is known, `ending` while
 * the server checks whether it can drop the table.
 */
export type EarlyState = 'intended' | 'created' | 'committing' | 'ending'

/**
 * Early-staged table: a staged table that the server creates in the upstream catalog immediately, because the
 * upstream catalog does not support `stage-create`. It is hidden from clients until its first commit.
 */
export interface EarlyTable {
  readonly id: string
  readonly warehouseId: string
  readonly namespaceId: string
  /** Path of the namespace, with levels joined by U+001F. */
  readonly path: string
  readonly name: string
  /** UUID of the table in the upstream catalog. In the state `intended`, a placeholder. */
  readonly uuid: string
  /**
   * Location of the metadata file that the upstream catalog wrote when it created the table. Null in the
   * state `intended`.
   */
  readonly metadataLocation: string | null
  /** Canonical locations of the table's files, each ending in `/`. */
  readonly prefixes: readonly string[]
  readonly principalId: string
  readonly digest: Buffer
  readonly state: EarlyState
  /**
   * Whether the reservation of the table has not expired. Its principal can then renew storage credentials
   * for the table.
   */
  readonly isLive: boolean
}

const columns = `s.id, s.warehouse_id as "warehouseId", s.namespace_id as "namespaceId", s.namespace_path as path, s.name, s.uuid,
  s.metadata_location as "metadataLocation", s.prefixes::text[], s.principal_id as "principalId", s.request_digest as digest,
  s.early as state, s.ends_at > now() as "isLive"`

/**
 * Time in seconds after which a request to an upstream catalog has certainly ended. The longest configurable
 * time limit of such a request is 600 s.
 */
const requestSeconds = 900

const insert = statement(
  'early_insert',
  `insert into staged_relation (id, warehouse_id, namespace_path, name, uuid, location, principal_id, prefixes, ends_at, namespace_id, early, request_digest)
   values ($1, $2, $3, $4, $1, '', $5, '{}', now() + make_interval(secs => ${requestSeconds}), $6, 'intended', $7)`,
)

/**
 * Records an early-staged table before the request that creates it is sent to the upstream catalog.
 *
 * @throws the violation of the unique index when another early-staged table has the name
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
 * Records that the upstream catalog has created an early-staged table. For a table that is already recorded
 * as created, extends its reservation. Returns false when the table is in another state or its row was
 * deleted.
 *
 * @param seconds lifetime of the reservation in seconds
 */
export async function recordEarly(
  sql: Queryable,
  id: string,
  table: Pick<EarlyTable, 'uuid' | 'prefixes' | 'metadataLocation'> & {
    /**
     * Encrypted URL at which the upstream catalog renews storage credentials. Null leaves the stored URL
     * unchanged.
     */
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

/** Returns the early-staged table with a name, or null. */
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

/** Returns the names of the early-staged tables in a namespace. */
export async function listEarlyNames(sql: Queryable, namespaceId: string): Promise<string[]> {
  return (await sql.run<{ name: string }>(names, [namespaceId])).map(({ name }) => name)
}

const commit = statement(
  'early_commit',
  `update staged_relation set early = 'committing', ends_at = greatest(ends_at, now() + make_interval(secs => ${requestSeconds}))
   where id = $1 and early in ('created', 'committing') and ends_at > now()
   returning id`,
)

/**
 * Records that the first commit to an early-staged table is sent now. Returns false when its reservation has
 * expired, or when it is being ended.
 */
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
 * Reserves an early-staged table for the request that ends it. Afterwards the server sends no more commits to
 * the table. Returns false when the table cannot be ended now.
 *
 * @param early true to end the table before its reservation expires, which only its own principal may do. Not
 *   possible while a commit is in progress
 */
export async function beginEarlyEnd(sql: Queryable, id: string, early: boolean): Promise<boolean> {
  return (await sql.run(end, [id, early])).length === 1
}

const ended = statement(
  'early_ended',
  `select ${columns}, w.name as "warehouseName" from staged_relation s join warehouse w on w.id = s.warehouse_id
   where s.early is not null and s.ends_at <= now() order by s.ends_at limit $1`,
)

/** Returns early-staged tables whose reservation has expired, with the names of their warehouses. */
export function listEndedEarly(
  sql: Queryable,
  limit: number,
): Promise<(EarlyTable & { readonly warehouseName: string })[]> {
  return sql.run<EarlyTable & { readonly warehouseName: string }>(ended, [limit])
}

const remove = statement('early_remove', 'delete from staged_relation where id = $1 and early is not null')

/** Deletes the row of an early-staged table that was committed, dropped or made visible. */
export async function removeEarly(sql: Queryable, id: string): Promise<void> {
  await sql.run(remove, [id])
}
