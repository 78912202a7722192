import type { Migration } from './migration.ts'

/**
 * Digests of metadata texts, and the namespaces of dropped relations.
 *
 * - `metadata_digest` is the SHA-256 of the JSON text in the metadata file at `digest_location`. A digest of another
 *   location than `metadata_location` counts as missing. The job `record-digests` adds the missing ones.
 * - `dropped_lineage` contains the ids of the former namespaces of a dropped relation, from the outermost one. Null:
 *   it was dropped before this step, and the path by itself does not identify its namespace.
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
