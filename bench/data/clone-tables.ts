import type { Client } from 'pg'

/**
 * Returns the number of namespaces for a number of tables. Table `t{n}` is in namespace `n{n % namespaces}`.
 */
export function namespacesFor(tables: number): number {
  return Math.min(tables, 1_000)
}

/**
 * Copies the database rows of the table `n0.t0`, which the API created, until the database contains `tables`
 * tables. Each copy has its own id, UUID, name, location and location claim. The copies have no metadata
 * files, and their metadata texts contain the UUID of the first table.
 */
export async function cloneTables(client: Client, tables: number): Promise<void> {
  const namespaces = namespacesFor(tables)
  await client.query('set synchronous_commit = off')
  // Disables triggers, and with them the checks of foreign keys. The generated rows satisfy the foreign keys.
  await client.query('set session_replication_role = replica')
  await client.query('alter table relation set (autovacuum_enabled = off)')
  await client.query('alter table location_claim set (autovacuum_enabled = off)')
  await client.query(
    `insert into namespace (id, warehouse_id, parent_id, path, lineage, owners, owner_id, properties)
     select made.id, n.warehouse_id, null, 'n' || made.i, array[made.id], n.owners, n.owner_id, n.properties
     from namespace n, (select gen_random_uuid() id, i from generate_series(1, $1::int - 1) i) made where n.path = 'n0'`,
    [namespaces],
  )
  const indexes = await client.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes
     where tablename in ('relation', 'location_claim') and indexname not in (select conname from pg_constraint)`,
  )
  for (const { name } of indexes.rows) await client.query(`drop index ${name}`)
  const step = 50_000
  for (let from = 1; from < tables; from += step) {
    await client.query(
      `with made as (
         insert into relation (id, warehouse_id, namespace_id, namespace_path, name, kind, uuid, version, metadata_location,
           metadata_digest, digest_location, location, prefixes, owner_id, body, body_length, body_crc, refs_body, refs_length, refs_crc)
         select gen_random_uuid(), r.warehouse_id, s.id, case when r.namespace_path is null then null else s.path end, 't' || i, r.kind,
           gen_random_uuid(), r.version, moved.metadata_location,
           r.metadata_digest, moved.metadata_location, r.location || '-' || i, array[r.location || '-' || i || '/'], r.owner_id, r.body, r.body_length, r.body_crc, r.refs_body, r.refs_length, r.refs_crc
         from generate_series($1::int, $2::int) i
         join namespace s on s.path = 'n' || (i % $3::int)
         cross join (select * from relation where name = 't0') r
         cross join lateral (
           select regexp_replace(r.metadata_location, '/metadata/', '-' || i || '/metadata/') as metadata_location) moved
         returning id, warehouse_id, location)
       insert into location_claim (owner_id, warehouse_id, kind, location, place)
       select m.id, m.warehouse_id, 'relation', m.location || '/', c.above || m.id || '/'
       from made m cross join (
         select regexp_replace(place, '[^/]+/$', '') as above from location_claim c join relation r on r.id = c.owner_id where r.name = 't0' limit 1) c`,
      [from, Math.min(from + step, tables) - 1, namespaces],
    )
  }
  for (const { definition } of indexes.rows) await client.query(definition)
  await client.query('alter table relation reset (autovacuum_enabled)')
  await client.query('alter table location_claim reset (autovacuum_enabled)')
  await client.query('vacuum (freeze, analyze)')
  await client.query('checkpoint')
}
