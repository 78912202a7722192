import type { Migration } from './migration.ts'

/**
 * Adds early-staged tables: staged tables that the server creates in the upstream catalog immediately,
 * because the upstream catalog does not support `stage-create`. Lists and loads hide them until their first
 * commit.
 *
 * - `early` is the state: `intended` before the request that creates the table, `created` after it,
 *   `committing` from the first commit until its outcome is known, and `ending` while the server checks
 *   whether it can drop the table. Null for other staged tables.
 * - `metadata_location` is the location of the metadata that the upstream catalog wrote when it created the
 *   table. As long as the table still has this metadata location, nothing has changed it.
 * - `request_digest` is the SHA-256 of the request, so that a repeated request receives the same table.
 */
export const earlyTables: Migration = {
  version: 15,
  name: 'early-tables',
  stopsOlderServers: true,
  sql: `
alter table staged_relation add column early text collate "C"
  check (early in ('intended', 'created', 'committing', 'ending'));
alter table staged_relation add column metadata_location text collate "C";
alter table staged_relation add column request_digest bytea;
create unique index staged_relation_early on staged_relation (namespace_id, name) where early is not null;
create index staged_relation_early_end on staged_relation (ends_at) where early is not null;
`,
}
