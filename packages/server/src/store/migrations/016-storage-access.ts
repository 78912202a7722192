import type { Migration } from './migration.ts'

/**
 * Adds a record of issued storage credentials, without secrets, and revocations of the storage access of a principal or
 * of an engine.
 *
 * - `storage_access` has one row for each credential. `id` is a digest of the key id and the holder, so that every
 *   process computes the same id. Rows have no foreign keys: they are written in batches, and a deleted principal or
 *   table must not prevent the write.
 * - `storage_access_writer` has one row for each running process. Credentials that it issued until `complete_until` are
 *   stored. A row with `gap_until` is a period from which credentials may be missing.
 * - `storage_not_before` is the time of the last revocation. Storage access that was issued before this time is invalid.
 */
export const storageAccess: Migration = {
  version: 16,
  name: 'storage-access',
  stopsOlderServers: false,
  sql: `
create table storage_access (
  relation_id uuid not null,
  id uuid not null,
  warehouse_id uuid not null,
  principal_id uuid not null,
  actor_id uuid,
  permission text collate "C" not null,
  mode text collate "C" not null,
  key_id text collate "C",
  issues integer not null,
  first_issued timestamptz not null,
  last_issued timestamptz not null,
  valid_until timestamptz not null,
  renewable_until timestamptz,
  last_used timestamptz,
  primary key (relation_id, id)
);
create index storage_access_end on storage_access (valid_until);
create index storage_access_principal on storage_access (principal_id);
create table storage_access_writer (
  id uuid primary key,
  complete_until timestamptz not null,
  gap_until timestamptz
);
alter table principal add column storage_not_before timestamptz not null default 'epoch';
alter table engine add column storage_not_before timestamptz not null default 'epoch';
`,
}
