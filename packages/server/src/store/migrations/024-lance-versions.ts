import type { Migration } from './migration.ts'

/**
 * Adds records of the versions of Lance tables that were committed through the server. Which versions a table has is
 * decided by the manifests in its storage.
 *
 * - `pending`: a batch has reserved the version. Until the batch is committed, the version is hidden. After `ends_at`,
 *   any process may abort the batch.
 * - `aborted`: the batch was aborted. The version is hidden until its manifest is removed.
 * - `deleted`: the version is hidden until its manifest is removed.
 * - `removed`: the manifest was removed. The version is hidden from requests that listed the storage before.
 */
export const lanceVersions: Migration = {
  version: 24,
  name: 'lance-versions',
  sql: `
create table lance_version (
  relation_id uuid not null references relation on delete cascade,
  branch text not null,
  version bigint not null check (version > 0),
  state text not null check (state in ('pending', 'committed', 'aborted', 'deleted', 'removed')),
  manifest text not null,
  staged text,
  digest bytea,
  metadata jsonb not null default '{}',
  principal_id uuid,
  batch_id uuid,
  ends_at timestamptz,
  changed_at timestamptz not null default now(),
  primary key (relation_id, branch, version)
);
create index lance_version_open on lance_version (relation_id) where state <> 'committed';
create index lance_version_batch on lance_version (batch_id) where batch_id is not null;
`,
}
