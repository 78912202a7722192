import type { Migration } from './migration.ts'

/**
 * Adds grants of `select` that are restricted to rows and columns, and engines that are trusted to enforce restrictions.
 *
 * A restricted grant has its own privilege in the database, which implies only `use`. Servers of earlier versions, which
 * run during an upgrade, do not know it, so that they grant nothing.
 */
export const restrictedGrants: Migration = {
  version: 22,
  name: 'restricted-grants',
  sql: `
alter table grant_entry drop constraint grant_entry_privilege_check;
alter table grant_entry add constraint grant_entry_privilege_check
  check (privilege in ('use', 'select', 'select-restricted', 'modify', 'create', 'manage', 'administer-storage'));
alter table grant_entry add column restriction jsonb;
alter table grant_entry add constraint grant_entry_restriction_check
  check ((privilege = 'select-restricted') = (restriction is not null));
alter table engine add column enforces_restrictions boolean not null default false;
`,
}
