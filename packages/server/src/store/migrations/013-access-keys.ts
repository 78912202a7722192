import type { Migration } from './migration.ts'

/**
 * Access keys of principals, with which clients sign requests (AWS Signature Version 4). To verify a signature, the
 * server needs the secret itself and not its digest, so `sealed` contains the secret, encrypted with the master key. A
 * principal has at most two access keys, one in each slot.
 */
export const accessKeys: Migration = {
  version: 13,
  name: 'access-keys',
  sql: `
create table access_key (
  id text collate "C" primary key,
  principal_id uuid not null references principal on delete cascade,
  slot smallint not null check (slot in (1, 2)),
  sealed bytea not null,
  created_at timestamptz not null default now(),
  unique (principal_id, slot)
);
`,
}
