import { Client } from 'pg'
import type { Migration } from './migrations/migration.ts'

/** Makes a table of one row. */
export const one: Migration = {
  version: 1,
  name: 'one',
  sql: 'create table one (a integer); insert into one values (1)',
}
/** Changes it, and makes another one. */
export const two: Migration = {
  version: 2,
  name: 'two',
  sql: 'alter table one add column b integer; create table two ()',
}

/** Runs a query on a connection of its own. */
export async function ask<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

/** The tables, by name. */
export async function tables(url: string): Promise<string[]> {
  const rows = await ask<{ name: string }>(
    url,
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  )
  return rows.map(({ name }) => name)
}

/** The steps that are recorded. */
export async function applied(url: string): Promise<number[]> {
  const rows = await ask<{ version: number }>(url, 'select version from schema_migration order by 1')
  return rows.map(({ version }) => version)
}

/** Advisory locks that anybody holds on the whole server's databases: nobody may keep one. */
export async function locks(url: string): Promise<number> {
  const rows = await ask<{ n: number }>(
    url,
    `select count(*)::integer as n from pg_locks where locktype = 'advisory' and granted
       and database = (select oid from pg_database where datname = current_database())`,
  )
  return rows[0]?.n ?? -1
}

/** A step whose COMMIT takes this many seconds. */
export function slowToCommit(seconds: number): Migration {
  return {
    version: 2,
    name: 'slow to commit',
    sql: `create function nap() returns trigger language plpgsql as 'begin perform pg_sleep(${seconds}); return null; end';
      create constraint trigger nap after insert on one deferrable initially deferred for each row execute function nap();
      insert into one values (2)`,
  }
}

/** Asks which transactions are at that. */
export const commitsThatNap = `select from pg_stat_activity where wait_event = 'PgSleep' and query = 'commit' and datname = current_database()`
