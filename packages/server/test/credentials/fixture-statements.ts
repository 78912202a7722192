import { type Statement, statement } from '../../src/store/sql.ts'

export const insertWarehouse: Statement = statement(
  'test-lake-warehouse',
  `insert into warehouse (id, name, kind, storage, storage_secret, vending, owner_id) values ($1, $2, 'managed', $3, $4, $5, $6)`,
)
export const insertTable: Statement = statement(
  'test-lake-table',
  `with written as (
     insert into relation (id, warehouse_id, namespace_id, name, kind, uuid, metadata_location, location, owner_id, prefixes)
     values ($1, $2, $3, $4, $5, gen_random_uuid(), 'm', $6, $7, $8) returning id, warehouse_id)
   insert into location_claim (owner_id, warehouse_id, kind, location, place)
   select id, warehouse_id, 'relation', l, l from written, unnest($8::text[]) l
   on conflict (owner_id, location) do update set kind = 'relation'`,
)
export const insertStaged: Statement = statement(
  'test-lake-staged',
  `with written as (
     insert into staged_relation (id, warehouse_id, namespace_path, name, uuid, location, principal_id, prefixes, namespace_id)
     values ($1, $2, 'ns', $3, gen_random_uuid(), $4, $5, $6, $7) returning id, warehouse_id)
   insert into location_claim (owner_id, warehouse_id, kind, location, place)
   select id, warehouse_id, 'staged', l, l from written, unnest($6::text[]) l`,
)
export const deleteGrants: Statement = statement(
  'test-lake-ungrant',
  'delete from grant_entry where grantee_id = $1',
)

/**
 * Changes that a test makes directly in the database, each by one statement on the row with the passed id.
 */
export type Change =
  | 'rename'
  | 'drop'
  | 'remove'
  | 'revoke'
  | 'revokeWarehouse'
  | 'revokePrincipal'
  | 'disable'
  | 'setVending'
  | 'setPrefixes'
  | 'forget'
  | 'forbidStatements'
  | 'changeEntryAt'

const texts: Readonly<Record<Change, string>> = {
  rename: 'update relation set name = $2 where id = $1',
  drop: `update relation set namespace_id = null, namespace_path = 'ns', dropped_at = now() where id = $1`,
  remove: 'delete from relation where id = $1',
  revoke: 'update relation set not_before = $2 where id = $1',
  revokeWarehouse: 'update warehouse set not_before = $2 where id = $1',
  revokePrincipal: 'update principal set not_before = $2 where id = $1',
  disable: 'update principal set enabled = false where id = $1',
  setVending: `with changed as (update warehouse set vending = $2, version = version + 1 where id = $1 returning id)
    select pg_notify('headgate', 'warehouse:' || id) from changed`,
  setPrefixes: 'update relation set prefixes = $2 where id = $1',
  forbidStatements: 'update engine set unsigned_subjects = false where principal_id = $1',
  changeEntryAt: 'update engine set updated_at = $2 where principal_id = $1',
  forget: 'delete from staged_relation where id = $1',
}

export function changeStatement(change: Change): Statement {
  return statement(`test-lake-${change}`, texts[change])
}
