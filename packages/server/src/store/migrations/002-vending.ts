import type { Migration } from './migration.ts'

/**
 * Storage credentials.
 *
 * - `vending` configures how a warehouse issues storage access. By default it issues none.
 * - `not_before` is the time of the last revocation. Storage access of every kind that was issued before this time is
 *   invalid.
 * - `prefixes` is a copy of the rows in `relation_location` that belong to a relation, so that a query needs to read
 *   only the row of the relation. A staged table stores its prefixes only in this column.
 */
export const vending: Migration = {
  version: 2,
  name: 'vending',
  sql: `
alter table warehouse add column vending jsonb not null default '{"mode":"none"}';
alter table warehouse add column not_before timestamptz not null default 'epoch';
alter table relation add column not_before timestamptz not null default 'epoch';
alter table relation add column prefixes text[] not null default '{}';
update relation r set prefixes = l.prefixes
from (select relation_id, array_agg(location order by location) as prefixes from relation_location group by relation_id) l
where l.relation_id = r.id;
alter table staged_relation add column prefixes text[] not null default '{}';
update staged_relation set prefixes = array[location];
alter table idempotency add column metadata_location text;
`,
}
