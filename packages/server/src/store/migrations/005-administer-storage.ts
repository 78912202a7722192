import type { Migration } from './migration.ts'

/**
 * Adds the privilege `administer-storage` and grants it to the owners of existing warehouses, who had the same rights
 * with `manage`. A warehouse that the server created has no principal as its owner, and administrators of the server
 * have the privilege on it.
 */
export const administerStorage: Migration = {
  version: 5,
  name: 'administer-storage',
  sql: `
alter table grant_entry drop constraint grant_entry_privilege_check;
alter table grant_entry add constraint grant_entry_privilege_check
  check (privilege in ('use', 'select', 'modify', 'create', 'manage', 'administer-storage'));
insert into grant_entry (securable_id, securable_kind, grantee_id, grantee_kind, privilege)
select w.id, 'warehouse', p.id, 'principal', 'administer-storage' from warehouse w join principal p on p.id = w.owner_id
on conflict do nothing;
update policy set version = version + 1;
`,
}
