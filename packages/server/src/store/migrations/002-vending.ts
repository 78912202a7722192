import type { Migration } from './migration.ts'

/**
 * Storage credentials.
 *
 * - `vending` configures how a warehouse issues storage access. By default it issues none.
 * - `not_before` revokes: storage access that was issued before this time is invalid, for every kind of sealed token.
 * - `prefixes` repeats a relation's `relation_location` in its own row, so that reading it needs no second query. A
 *   staged relation stores its prefixes only in this column.
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
