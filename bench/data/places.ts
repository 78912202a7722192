import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from 'pg'
import { withClient } from '../lib/postgres.ts'

/**
 * Number of the tables `n0.c0`, `n0.c1` and so on in a database of `placesStore`. Only these tables have
 * metadata files, so that clients can commit to them.
 */
export const committedTables = 16

/**
 * Inserts rows of staged tables into the namespaces that `cloneTables` created. Each row has a location as if
 * a client had chosen it.
 */
export async function stageTables(client: Client, count: number, namespaces: number): Promise<void> {
  await client.query('set synchronous_commit = off')
  await client.query(
    `with root as (select warehouse_id, location, place from location_claim where kind = 'root'),
     made as (
       select gen_random_uuid() as id, i, r.warehouse_id, r.location || 'staged-' || i || '/' as location, r.place || 'staged-' || i || '/' as place
       from root r, generate_series(1, $1::int) i),
     staged as (
       insert into staged_relation (id, warehouse_id, namespace_id, namespace_path, name, uuid, location, principal_id, prefixes, ends_at)
       select m.id, m.warehouse_id, n.id, n.path, 'staged-' || m.i, m.id, m.location, gen_random_uuid(), array[m.location], now() + interval '10 years'
       from made m join namespace n on n.path = 'n' || m.i % $2::int returning 1)
     insert into location_claim (owner_id, warehouse_id, kind, location, place, ends_at)
     select id, warehouse_id, 'staged', location, place, now() + interval '10 years' from made`,
    [count, namespaces],
  )
  await client.query('vacuum (freeze, analyze)')
  await client.query('checkpoint')
}

/**
 * Removes directories of tables that an earlier run left below the root. Keeps the directories of tables that
 * are in the database.
 */
export async function removeLeftTables(databaseUrl: string, root: string): Promise<void> {
  const kept = await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select regexp_replace(location, '^.*/', '') as name from relation where name ~ '^(t0|c\\d+)$'`,
    )
    return new Set(rows.map(({ name }) => name))
  })
  for (const name of readdirSync(root))
    if (!kept.has(name)) rmSync(join(root, name), { recursive: true, force: true })
}
