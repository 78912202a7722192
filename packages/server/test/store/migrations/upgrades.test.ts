import { testDatabase } from '@headgate/testkit'
import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { migrate } from '../../../src/store/migrate.ts'
import { migrations } from '../../../src/store/migrations/index.ts'

const ids = [1, 2, 3, 4, 5].map((n) => `00000000-0000-4000-8000-00000000000${n}`)
const [principal, role, warehouse, namespace, relation] = ids

/**
 * Creates a database at `version` with one row of each kind and `data`, applies all later migrations, and
 * runs a query.
 */
async function upgraded(version: number, data: string, ask: string): Promise<unknown[]> {
  await using database = await testDatabase()
  await migrate({ url: database.url, migrations: migrations.slice(0, version) })
  const client = new Client({ connectionString: database.url })
  await client.connect()
  try {
    await client.query(data)
    await migrate({ url: database.url, migrations: migrations.slice(0, version + 1) })
    return (await client.query<object>(ask)).rows
  } finally {
    await client.end()
  }
}

const insertRows = `
insert into warehouse (id, name, kind, storage, owner_id) values ('${warehouse}', 'lake', 'managed', '{}', '${principal}');
insert into namespace (id, warehouse_id, path, lineage, owners, owner_id)
values ('${namespace}', '${warehouse}', 'a', '{${namespace}}', '{${principal}}', '${principal}');
insert into relation (id, warehouse_id, namespace_id, namespace_path, name, kind, uuid, metadata_location, location, owner_id)
values ('${relation}', '${warehouse}', '${namespace}', null, 't', 'table', gen_random_uuid(), 's3://b/t/m', 's3://b/t/', '${principal}');`

describe('an upgrade of the store from version', () => {
  test('migration 1 records the location prefixes of tables, views and staged creates, and sets the vending mode none', async () => {
    const rows = await upgraded(
      1,
      `${insertRows}
       insert into relation_location values ('s3://b/t/', '${relation}'), ('s3://b/data/', '${relation}');
       insert into staged_relation (id, warehouse_id, namespace_path, name, uuid, location, principal_id)
       values (gen_random_uuid(), '${warehouse}', 'a', 's', gen_random_uuid(), 's3://b/s/', '${principal}');`,
      `select r.prefixes as live, s.prefixes as staged, w.vending->>'mode' as mode
       from relation r, staged_relation s, warehouse w`,
    )
    expect(rows).toEqual([{ live: ['s3://b/data/', 's3://b/t/'], staged: ['s3://b/s/'], mode: 'none' }])
  })

  test('migration 2 keeps principals, memberships and grants, which groups can have too', async () => {
    const rows = await upgraded(
      2,
      `insert into principal (id, issuer, subject, name, kind) values ('${principal}', 'headgate', 'etl', 'etl', 'service');
       insert into role (id, name) values ('${role}', 'writers');
       insert into role_member values ('${role}', '${principal}', 'principal');
       insert into grant_entry (securable_id, securable_kind, grantee_id, grantee_kind, privilege)
       values ('${warehouse}', 'warehouse', '${role}', 'role', 'modify');`,
      `with made as (
         insert into principal_group (id, issuer, name) values (gen_random_uuid(), 'https://idp', 'analysts') returning id),
       granted as (
         insert into grant_entry (securable_id, securable_kind, grantee_id, grantee_kind, privilege)
         select '${warehouse}', 'warehouse', id, 'group', 'select' from made returning grantee_kind)
       select p.subject, p.login, p.groups_at = 'epoch' as "neverSeen", g.privilege, (select grantee_kind from granted) as also
       from principal p join role_member m on m.member_id = p.id join grant_entry g on g.grantee_id = m.role_id`,
    )
    expect(rows).toEqual([
      { subject: 'etl', login: null, neverSeen: true, privilege: 'modify', also: 'group' },
    ])
  })

  test('migration 3 makes the owner of each view its definer, whose rights loads through the view use until the view is replaced', async () => {
    const rows = await upgraded(
      3,
      insertRows.replace("'table'", "'view'"),
      `select owner_id as owner, coalesce(definer_id, owner_id) as definer from relation`,
    )
    expect(rows).toEqual([{ owner: principal, definer: principal }])
  })

  test('migration 4 grants administer-storage to owners of warehouses, but not to the server as an owner', async () => {
    const rows = await upgraded(
      4,
      `${insertRows}
       insert into principal (id, issuer, subject, name, kind) values ('${principal}', 'headgate', 'ada', 'ada', 'user');
       insert into warehouse (id, name, kind, storage, owner_id)
       values ('${role}', 'own', 'managed', '{}', '00000000-0000-0000-0000-000000000000');
       insert into grant_entry (securable_id, securable_kind, grantee_id, grantee_kind, privilege)
       values ('${warehouse}', 'warehouse', '${principal}', 'principal', 'manage');`,
      `select g.securable_id as "on", g.grantee_id as "to", g.privilege, p.version::int as version
       from grant_entry g, policy p order by g.privilege`,
    )
    const granted = { on: warehouse, to: principal, version: 2 }
    expect(rows).toEqual([
      { ...granted, privilege: 'administer-storage' },
      { ...granted, privilege: 'manage' },
    ])
  })

  test('migration 5 leaves the metadata digests of tables and views empty, and adds one job that records them', async () => {
    const rows = await upgraded(
      5,
      insertRows,
      `select r.metadata_digest as digest, r.dropped_lineage as lineage, j.kind from relation r, job j`,
    )
    expect(rows).toEqual([{ digest: null, lineage: null, kind: 'record-digests' }])
  })

  test('migration 6 sets a random policy version, which statements compare in a new database snapshot', async () => {
    const rows = await upgraded(
      6,
      'update policy set version = 7',
      `select version > 1000 and version < 9007199254740992 as random, policy_is(version, 0) as same from policy`,
    )
    expect(rows).toEqual([{ random: true, same: true }])
  })

  test('migration 7 keeps the locations of tables, views and staged creates as location claims, which the server resolves at its start', async () => {
    const rows = await upgraded(
      7,
      `${insertRows}
       insert into relation_location values ('s3://b/t/', '${relation}'), ('s3://b/data/', '${relation}');
       insert into staged_relation (id, warehouse_id, namespace_path, name, uuid, location, principal_id, prefixes)
       values ('${role}', '${warehouse}', 'a', 's', gen_random_uuid(), 's3://b/s/', '${principal}', '{s3://b/s/,s3://b/s2/}');`,
      `select owner_id as owner, kind, location, place, ends_at is not null as ends from location_claim order by location`,
    )
    const claim = { place: expect.stringMatching(/^unresolved:s3:/) as string }
    expect(rows).toEqual([
      { ...claim, owner: relation, kind: 'relation', location: 's3://b/data/', ends: false },
      { ...claim, owner: role, kind: 'staged', location: 's3://b/s/', ends: true },
      { ...claim, owner: role, kind: 'staged', location: 's3://b/s2/', ends: true },
      { ...claim, owner: relation, kind: 'relation', location: 's3://b/t/', ends: false },
    ])
  })

  test('migration 8 sets the count of audit events to one, and marks none as a refusal', async () => {
    const rows = await upgraded(
      8,
      `insert into audit (request_id, principal, operation, outcome) values ('r', 'etl', 'loadTable', 'denied');`,
      `select operation, count, refusal_key as key from audit`,
    )
    expect(rows).toEqual([{ operation: 'loadTable', count: 1, key: null }])
  })

  test('migration 9 assigns each staged table to the namespace with its path, if the namespace is older than the staged table', async () => {
    const stagedAt = (name: string, path: string, at: string): string =>
      `(gen_random_uuid(), '${warehouse}', '${path}', '${name}', gen_random_uuid(), 's3://b/${name}/', '${principal}', '{}', ${at})`
    const rows = await upgraded(
      9,
      `${insertRows}
       update namespace set created_at = now() - interval '1 hour';
       insert into warehouse (id, name, kind, storage, owner_id) values ('${role}', 'other', 'managed', '{}', '${principal}');
       insert into namespace (id, warehouse_id, path, lineage, owners, owner_id, created_at)
       values (gen_random_uuid(), '${role}', 'gone', '{}', '{}', '${principal}', now() - interval '1 hour');
       insert into staged_relation (id, warehouse_id, namespace_path, name, uuid, location, principal_id, prefixes, created_at) values
       ${stagedAt('later', 'a', 'now()')}, ${stagedAt('before', 'a', "now() - interval '2 hours'")}, ${stagedAt('gone', 'gone', 'now()')}`,
      `select name, namespace_id as "in" from staged_relation order by name`,
    )
    expect(rows).toEqual([
      { name: 'before', in: null },
      { name: 'gone', in: null },
      { name: 'later', in: namespace },
    ])
  })

  test('migration 10 makes the server compare location claims at its start, and sets no expiry for locations of deleted tables in warehouses with vending mode static', async () => {
    const rows = await upgraded(
      10,
      `${insertRows}
       update warehouse set vending = '{"mode":"static"}';
       insert into warehouse (id, name, kind, storage, owner_id) values ('${role}', 'other', 'managed', '{}', '${principal}');
       insert into location_claim (owner_id, warehouse_id, kind, location, place, ends_at)
       select gen_random_uuid(), id, 'retired', 's3://b/' || name || '/', 'aws/b/' || name || '/', now() from warehouse;`,
      `select w.name, w.static_until = 'infinity' as static, w.claims_compared as compared, c.ends_at is null as stays, c.overlapping
       from warehouse w join location_claim c on c.warehouse_id = w.id order by w.name`,
    )
    const claim = { compared: false, overlapping: false }
    expect(rows).toEqual([
      { ...claim, name: 'lake', static: true, stays: true },
      { ...claim, name: 'other', static: null, stays: false },
    ])
  })

  test('migration 12 keeps existing warehouses managed, and lets only upstream warehouses have an upstream', async () => {
    const rows = await upgraded(
      11,
      `insert into warehouse (id, name, kind, storage, owner_id) values (gen_random_uuid(), 'lake', 'managed', '{}', gen_random_uuid());`,
      `select w.name, w.kind, w.upstream, w.upstream_secret as secret,
         (select pg_get_constraintdef(oid) like '%upstream IS NOT NULL%' from pg_constraint where conname = 'warehouse_upstream') as checked
       from warehouse w`,
    )
    expect(rows).toEqual([{ name: 'lake', kind: 'managed', upstream: null, secret: null, checked: true }])
  })

  test('migration 13 allows each principal two access keys, which are deleted with the principal', async () => {
    const rows = await upgraded(
      12,
      `insert into principal (id, issuer, subject, name, kind) values ('${principal}', 'headgate', 'etl', 'etl', 'service'),
         ('${role}', 'headgate', 'bi', 'bi', 'service');`,
      `with made as (
         insert into access_key (id, principal_id, slot, sealed)
         values ('a', '${principal}', 1, ''), ('b', '${principal}', 2, ''), ('c', '${role}', 1, '') returning id)
       select count(*)::int as made, (select confdeltype = 'c' from pg_constraint
         where conrelid = 'access_key'::regclass and contype = 'f') as cascades from made`,
    )
    expect(rows).toEqual([{ made: 3, cascades: true }])
  })

  test('migration 14 keeps staged tables, and does not renew their access with credentials of an upstream', async () => {
    const rows = await upgraded(
      13,
      `insert into warehouse (id, name, kind, storage, owner_id) values ('${principal}', 'lake', 'managed', '{}', gen_random_uuid());
       insert into staged_relation (id, warehouse_id, namespace_path, name, uuid, location, principal_id, prefixes)
         values ('${role}', '${principal}', 'n', 't', '${role}', 's3://b/t/', '${principal}', '{s3://b/t/}');`,
      'select name, renewal from staged_relation',
    )
    expect(rows).toEqual([{ name: 't', renewal: null }])
  })

  test('migration 17 keeps Iceberg tables and views, and allows Lance tables with properties', async () => {
    const rows = await upgraded(
      16,
      `${insertRows} ${insertRows
        .slice(insertRows.indexOf('insert into relation'))
        .replace(String(relation), String(role))
        .replace("'t', 'table'", "'v', 'view'")}`,
      `with made as (
         insert into relation (id, warehouse_id, namespace_id, name, kind, uuid, metadata_location, location, owner_id)
         values (gen_random_uuid(), '${warehouse}', '${namespace}', 'l', 'lance-table', gen_random_uuid(), 's3://b/l', 's3://b/l', '${principal}')
         returning kind)
       select kind from relation union all select kind from made order by kind`,
    )
    expect(rows).toEqual([{ kind: 'lance-table' }, { kind: 'table' }, { kind: 'view' }])
  })
})
