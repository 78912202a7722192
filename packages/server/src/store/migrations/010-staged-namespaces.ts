import type { Migration } from './migration.ts'

/**
 * Staged tables refer to their namespace by its id; `namespace_path` is only for display. For a table that was staged
 * before this migration, the id is that of the namespace with the same path, if the namespace was created before the
 * table was staged. The id is null when the namespace was deleted. Then no commit can create the table, and `storage
 * clear` deletes its files.
 */
export const stagedNamespaces: Migration = {
  version: 10,
  name: 'staged-namespaces',
  stopsOlderServers: true,
  sql: `
alter table staged_relation add column namespace_id uuid;
update staged_relation s set namespace_id = n.id from namespace n
where n.warehouse_id = s.warehouse_id and n.path = s.namespace_path and n.created_at < s.created_at;
create index staged_relation_attempt on staged_relation (namespace_id, name, principal_id);
`,
}
