import { FaultProxy, testDatabase } from '@headgate/testkit'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { openSql } from '../../src/store/pool.ts'
import { statement, type Sql, type Statement } from '../../src/store/sql.ts'

/** Inserts a row into the only table of these tests, `thing (id uuid, n bigint)`. */
export const insert: Statement = statement('test_insert', 'insert into thing (id, n) values ($1, $2)')
export const add: Statement = statement('test_add', 'update thing set n = n + $2 where id = $1 returning n')
export const read: Statement = statement('test_read', 'select n from thing where id = $1')
export const nap: Statement = statement('test_nap', 'select pg_sleep($1)')
export const napAndWrite: Statement = statement(
  'test_nap_write',
  'with napping as (select pg_sleep($2)) insert into thing select $1, 1 from napping',
)

/** A pool whose connections to the database go through a proxy that can inject faults. */
export interface Proxied extends AsyncDisposable {
  readonly proxy: FaultProxy
  readonly sql: Sql
}

export interface Things extends AsyncDisposable {
  readonly url: string
  readonly sql: Sql
  /** Runs a query on a separate connection. */
  ask<Row>(text: string): Promise<Row[]>
  readValue(id: string): Promise<unknown>
  proxied(config?: { readonly statementTimeoutMs?: number; readonly poolSize?: number }): Promise<Proxied>
  /** Terminates the connections whose last query matches a LIKE pattern, and returns their number. */
  terminate(like: string): Promise<number>
  /** Returns whether a statement is in pg_sleep. */
  naps(): Promise<boolean>
}

/** Creates a database with the table `thing`, and a pool on it. */
export async function openThings(): Promise<Things> {
  const database = await testDatabase()
  const { url } = database
  const ask = async <Row>(text: string): Promise<Row[]> => await askOnce<Row>(url, text)
  await ask(
    'create table thing (id uuid primary key, n bigint not null constraint thing_positive check (n >= 0))',
  )
  const sql = await openSql({ url, poolSize: 4 })
  return {
    url,
    sql,
    ask,
    readValue: async (id) => (await sql.run<{ n: number }>(read, [id]))[0]?.n,
    proxied: async (config) => await openProxied(url, config),
    terminate: async (like) => {
      const ended = await ask(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where query like '${like}' and datname = current_database() and pid <> pg_backend_pid()`,
      )
      return ended.length
    },
    naps: async () =>
      (
        await ask(
          `select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`,
        )
      ).length > 0,
    async [Symbol.asyncDispose]() {
      await sql[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await condition()); await sleep(10)) {
    if (Date.now() > end) throw new Error('The expected database state did not occur in time.')
  }
}

async function askOnce<Row>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row & object>(text)).rows
  } finally {
    await client.end()
  }
}

async function openProxied(
  url: string,
  config: { readonly statementTimeoutMs?: number; readonly poolSize?: number } = {},
): Promise<Proxied> {
  const { hostname, port } = new URL(url)
  const proxy = await FaultProxy.start({ host: hostname, port: Number(port) })
  const through = new URL(url)
  through.host = `127.0.0.1:${proxy.port}`
  const sql = await openSql({ url: through.href, connectionTimeoutMs: 5_000, ...config })
  return {
    proxy,
    sql,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await sql[Symbol.asyncDispose]()
    },
  }
}
