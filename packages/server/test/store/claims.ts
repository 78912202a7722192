import { Client, escapeLiteral } from 'pg'
import type { CommitRecord } from '../../src/store/commit-record.ts'
import type { Queryable, Sql, Statement } from '../../src/store/sql.ts'

/** Ids of the first warehouse and its namespace in a store of `fillClaims`. */
export const testHome = {
  warehouseId: '00000000-0000-4000-8000-000000000001',
  namespaceId: '00000000-0000-4000-8000-000000000101',
  principalId: '00000000-0000-4000-8000-000000000201',
  storeName: null,
} as const

/** Physical location (`place`) of the root of the first warehouse. */
export const testRootPlace = 'localhost:9000/lake/w1/'
export const testRoot = 's3://lake/w1/'

/**
 * Fills a migrated database with two warehouses on one object store. Each has `tables` tables at random
 * locations, 50 expired reservations, and `tables / 10` each of staged creates at chosen locations, staged
 * creates at random locations, and retired locations.
 */
export async function fillClaims(url: string, tables: number): Promise<void> {
  await withClient(url, async (client) => {
    for (const n of [1, 2]) {
      const values = [`00000000-0000-4000-8000-00000000000${n}`, `w${n}`, testHome.principalId]
      await client.query(
        `insert into warehouse (id, name, kind, storage, owner_id) values ($1, $2, 'managed',
           jsonb_build_object('type', 's3', 'bucket', 'lake', 'prefix', $2::text, 'region', 'us-east-1', 'endpoint', 'http://localhost:9000',
             'credentials', 'default-chain'), $3)`,
        values,
      )
      await client.query(
        `insert into location_claim (owner_id, warehouse_id, kind, location, place)
         values ($1, $1, 'root', 's3://lake/' || $2 || '/', 'localhost:9000/lake/' || $2 || '/')`,
        values.slice(0, 2),
      )
      await client.query(
        `insert into namespace (id, warehouse_id, path, lineage, owners, owner_id) values ($1, $2, 'n', array[$1::uuid], array[$3::uuid], $3)`,
        [`00000000-0000-4000-8000-00000000010${n}`, values[0], testHome.principalId],
      )
      await client.query(
        `with made as (
           insert into relation (id, warehouse_id, namespace_id, name, kind, uuid, metadata_location, location, prefixes, owner_id)
           select i.id, $1, $2, 't' || i.n, 'table', i.id, 's3://lake/' || $3 || '/' || i.id || '/m.json', 's3://lake/' || $3 || '/' || i.id,
             array['s3://lake/' || $3 || '/' || i.id || '/'], $4
           from (select gen_random_uuid() as id, n from generate_series(1, $5::int) n) i returning id)
         insert into location_claim (owner_id, warehouse_id, kind, location, place)
         select id, $1, 'relation', 's3://lake/' || $3 || '/' || id || '/', 'localhost:9000/lake/' || $3 || '/' || id || '/' from made`,
        [values[0], `00000000-0000-4000-8000-00000000010${n}`, values[1], testHome.principalId, tables],
      )
      const others = [
        ['staged', 'chosen', `now() + interval '1 day'`, tables / 10],
        ['staged', 'random', 'null', tables / 10],
        ['staged', 'ended', `now() - interval '1 minute'`, 50],
        ['retired', 'left', `now() + interval '1 hour'`, tables / 10],
      ] as const
      for (const [kind, folder, endsAt, count] of others) {
        const staged = `insert into staged_relation (id, warehouse_id, namespace_id, namespace_path, name, uuid, location, principal_id, prefixes, ends_at)
          select m.id, $1, '00000000-0000-4000-8000-00000000010${n}', 'n', '${folder}' || m.n, m.id, m.location, '${testHome.principalId}', array[m.location], ${endsAt} from made m returning 1`
        await client.query(
          `with made as (
             select id, n, 's3://lake/' || $2 || '/${folder}/' || n || '/' as location, 'localhost:9000/lake/' || $2 || '/${folder}/' || n || '/' as place
             from (select gen_random_uuid() as id, n from generate_series(1, $3::int) n) i),
           staged as (${kind === 'staged' ? staged : 'select 1'})
           insert into location_claim (owner_id, warehouse_id, kind, location, place, ends_at)
           select id, $1, '${kind}', location, place, ${endsAt} from made`,
          [values[0], values[1], count],
        )
      }
    }
    await client.query('vacuum analyze')
  })
}

/** A recorded SQL statement and its parameter values. */
export interface RanStatement {
  readonly statement: Statement
  readonly values: readonly unknown[]
}

/** Runs `work` in a transaction that is rolled back, and returns the statements of the transaction. */
export async function recordStatements(
  sql: Sql,
  work: (tx: Queryable) => Promise<unknown>,
): Promise<RanStatement[]> {
  const ran: RanStatement[] = []
  const undone = new Error('undone')
  const transaction = sql.transaction(async (tx) => {
    await work({
      run: (statement, values = []) => {
        ran.push({ statement, values })
        return tx.run(statement, values)
      },
      afterCommit: (callback) => tx.afterCommit(callback),
    })
    throw undone
  })
  await transaction.catch((error: unknown) => {
    if (error !== undone) throw error
  })
  return ran
}

/** A node of a PostgreSQL query plan in the output of `explain (analyze, format json)`. */
interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly Plans?: readonly PlanNode[]
}

/** Maximum number of rows that one node of a plan may read, enough for one page of a list. */
const maxRows = 300

/**
 * Runs statements again, each with a custom and with a generic query plan, and rolls their changes back.
 * Returns the large tables that a statement reads completely, or by an index that returns too many rows.
 */
export async function tablesScanned(url: string, ran: readonly RanStatement[]): Promise<string[]> {
  return withClient(url, async (client) => {
    const found: string[] = []
    for (const { statement, values } of ran) {
      await client.query(`prepare planned as ${statement.text}`)
      const literals = values.map(literal).join(', ')
      const call = literals === '' ? '' : `(${literals})`
      for (const mode of ['force_custom_plan', 'force_generic_plan']) {
        await client.query(`set plan_cache_mode = ${mode}`)
        await client.query('begin')
        const { rows } = await client.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
          `explain (analyze, format json) execute planned${call}`,
        )
        await client.query('rollback')
        for (const { Plan } of rows[0]?.['QUERY PLAN'] ?? [])
          found.push(...findScans(Plan).map((scan) => `${statement.name}, ${mode}: ${scan}`))
      }
      await client.query('deallocate planned')
    }
    return found
  })
}

const largeTables = new Set(['relation', 'location_claim', 'staged_relation'])

function findScans(node: PlanNode): string[] {
  const below = (node.Plans ?? []).flatMap(findScans)
  const table = node['Relation Name']
  if (table === undefined || !largeTables.has(table)) return below
  const read =
    node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  const rows = Math.round(read * node['Actual Loops'])
  const isScan = node['Node Type'] === 'Seq Scan' || rows > maxRows
  return isScan ? [`${node['Node Type']} of ${rows} rows of ${table}`, ...below] : below
}

/** Returns a value as an SQL literal: a text, a number, a boolean, or an array of texts. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return escapeLiteral(`{${value.map((item) => JSON.stringify(item)).join(',')}}`)
  return escapeLiteral(typeof value === 'string' ? value : JSON.stringify(value))
}

/** Returns a commit record without audit and idempotency rows, for a change under this policy version. */
export function recordAt(policyVersion: number): CommitRecord {
  return { policyVersion, audit: [], idempotency: null }
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
