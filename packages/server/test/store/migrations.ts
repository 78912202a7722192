import { Client } from 'pg'
import type { Migration } from '../../src/store/migrations/migration.ts'

/** Migration that creates a table with one row. */
export const one: Migration = {
  version: 1,
  name: 'one',
  sql: 'create table one (a integer); insert into one values (1)',
}
/** Migration that changes the table of `one`, and creates another table. */
export const two: Migration = {
  version: 2,
  name: 'two',
  sql: 'alter table one add column b integer; create table two ()',
}

/** Runs a query on a separate connection. */
export async function ask<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

/** Returns the names of the tables in a database. */
export async function tables(url: string): Promise<string[]> {
  const rows = await ask<{ name: string }>(
    url,
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  )
  return rows.map(({ name }) => name)
}

/** Returns the versions of the migrations that a database records as applied. */
export async function applied(url: string): Promise<number[]> {
  const rows = await ask<{ version: number }>(url, 'select version from schema_migration order by 1')
  return rows.map(({ version }) => version)
}

/** Returns the number of advisory locks of all sessions on the server's databases. */
export async function locks(url: string): Promise<number> {
  const rows = await ask<{ n: number }>(
    url,
    `select count(*)::integer as n from pg_locks where locktype = 'advisory' and granted
       and database = (select oid from pg_database where datname = current_database())`,
  )
  return rows[0]?.n ?? -1
}

/** Returns a migration whose COMMIT takes this number of seconds. */
export function slowToCommit(seconds: number): Migration {
  return {
    version: 2,
    name: 'slow to commit',
    sql: `create function nap() returns trigger language plpgsql as 'begin perform pg_sleep(${seconds}); return null; end';
      create constraint trigger nap after insert on one deferrable initially deferred for each row execute function nap();
      insert into one values (2)`,
  }
}

/** SQL that returns the transactions whose COMMIT is delayed by `slowToCommit`. */
export const commitsThatNap = `select from pg_stat_activity where wait_event = 'PgSleep' and query = 'commit' and datname = current_database()`
