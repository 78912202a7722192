import type { Migration } from './migration.ts'

/**
 * Adds the settings of upstream warehouses, which forward requests to another catalog.
 *
 * - `warehouse.upstream` contains the address of the upstream catalog and the settings of its connection, and
 *   `warehouse.upstream_secret` the secrets of its authentication, encrypted with the master key. Both are
 *   null for managed warehouses.
 * - The tables `namespace` and `relation` also contain rows for objects of the upstream catalog, so that
 *   grants, ownership and storage credentials can refer to their ids. `relation.uuid` is then the UUID of the
 *   table in the upstream catalog.
 */
export const upstream: Migration = {
  version: 12,
  name: 'upstream',
  stopsOlderServers: false,
  sql: `
alter table warehouse add column upstream jsonb;
alter table warehouse add column upstream_secret bytea;
alter table warehouse add constraint warehouse_upstream
  check ((kind = 'upstream') = (upstream is not null) and (upstream is not null or upstream_secret is null));
`,
}
