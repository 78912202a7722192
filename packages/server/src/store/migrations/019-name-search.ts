import type { Migration } from './migration.ts'

/** Adds indexes for the search of tables, views and namespaces by the beginning of their names, in any case. */
export const nameSearch: Migration = {
  version: 19,
  name: 'name-search',
  sql: `
create index relation_search on relation (lower(name), id) where namespace_id is not null;
create index namespace_search on namespace (lower(substring(path from '[^\\x1f]*$')), id);
`,
}
