import { Client } from 'pg'
import { migrate } from '../../../src/store/migrate.ts'
import { migrations } from '../../../src/store/migrations/index.ts'
import type { UpgradeFixture } from './fixture.ts'

type Rows = UpgradeFixture['rows']

/** Returns all rows of a database, but only the newest audit events. */
export async function readRows(url: string): Promise<Rows> {
  return await connected(url, async (client) => {
    const rows: Record<string, Rows[string]> = {}
    for (const table of await listTables(client)) {
      const newest = table === 'audit' ? 'order by id desc limit 5' : ''
      const { rows: found } = await client.query<{ row: Rows[string][number] }>(
        `select to_jsonb(t) as row from ${table} t ${newest}`,
      )
      if (found.length > 0) rows[table] = found.map(({ row }) => row)
    }
    return rows
  })
}

export interface WriteRowsOptions {
  /** Connection string of an empty database. */
  readonly url: string
  readonly rows: Rows
  /** Times are moved by this many milliseconds. */
  readonly moveByMs: number
}

/** Creates the database schema of the version that wrote the rows, and inserts the rows. */
export async function writeRows({ url, rows, moveByMs }: WriteRowsOptions): Promise<void> {
  const steps = rows['schema_migration']?.length ?? 0
  await migrate({ url, migrations: migrations.slice(0, steps) })
  await connected(url, async (client) => {
    // The rows are in any order, so triggers that check foreign keys are disabled.
    await client.query(`begin; set local session_replication_role = 'replica'`)
    const tables = await listTables(client)
    await client.query(`truncate ${tables.join(', ')}`)
    for (const [table, values] of Object.entries(rows)) {
      await client.query(
        `insert into ${table} overriding system value select * from jsonb_populate_recordset(null::${table}, $1)`,
        [JSON.stringify(values)],
      )
    }
    await client.query(`select setval(pg_get_serial_sequence('audit', 'id'), 1000000)`)
    for (const { table, column } of await listTimeColumns(client)) {
      const moved = `${column} + make_interval(secs => $1)`
      await client.query(`update ${table} set ${column} = ${moved} where ${column} > '2000-01-01'`, [
        moveByMs / 1_000,
      ])
    }
    await client.query('commit')
  })
}

async function listTables(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  )
  return rows.map(({ name }) => name)
}

async function listTimeColumns(
  client: Client,
): Promise<readonly { readonly table: string; readonly column: string }[]> {
  const { rows } = await client.query<{ table: string; column: string }>(
    `select table_name as table, column_name as column from information_schema.columns
     where table_schema = 'public' and data_type = 'timestamp with time zone'`,
  )
  return rows
}

async function connected<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
