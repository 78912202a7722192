import type { Migration } from './migration.ts'

/**
 * Adds Lance tables.
 *
 * - A Lance table is a row of `relation` with the kind `lance-table`. It shares names, ids, owners, grants, protection
 *   and location claims with Iceberg tables and views. The metadata is in the storage, so `metadata_location` is equal to
 *   `location`, and the columns of the metadata text are null.
 * - The kind replaces the column `format`, which had the same value in every row.
 * - `lance_table` contains the properties of the namespace protocol.
 * - Older servers would handle a Lance table as an Iceberg table, so they must stop.
 */
export const lanceTables: Migration = {
  version: 17,
  name: 'lance-tables',
  stopsOlderServers: true,
  sql: `
alter table relation drop constraint relation_kind_check;
alter table relation add constraint relation_kind_check check (kind in ('table', 'view', 'lance-table'));
alter table relation drop column format;

create table lance_table (
  relation_id uuid primary key references relation on delete cascade,
  properties jsonb not null default '{}'
);
`,
}
