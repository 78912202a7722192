import type { Migration } from './migration.ts'

/**
 * Digests of metadata texts, and the namespaces of dropped relations.
 *
 * - `metadata_digest` is the SHA-256 of the JSON text in the metadata file at `digest_location`. The digest counts as
 *   missing when `digest_location` differs from `metadata_location`. The job `record-digests` adds missing digests.
 * - `dropped_lineage` contains the ids of the former namespaces of a dropped relation, from the outermost one. Null
 *   when the relation was dropped before this migration; the path by itself does not identify the former namespace.
 */
export const digests: Migration = {
  version: 6,
  name: 'digests',
  stopsOlderServers: true,
  sql: `
alter table relation add column metadata_digest bytea;
alter table relation add column digest_location text;
alter table relation add column dropped_lineage uuid[];
alter table idempotency add column metadata_digest bytea;
insert into job (id, kind, payload) select gen_random_uuid(), 'record-digests', '{}' where exists (select from relation);
`,
}
