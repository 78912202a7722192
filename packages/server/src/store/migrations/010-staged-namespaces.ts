import type { Migration } from './migration.ts'

/**
 * Staged tables belong to the id of their namespace; `namespace_path` is for display. A table that was staged before this
 * step belongs to the namespace that has its path, if that namespace was created before the table was staged. Null: its
 * namespace was deleted, so no commit can finish the table, and `storage clear` deletes its files.
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
