import type { Migration } from './migration.ts'

/**
 * Adds marks to claims and warehouses, so that the server need not read the complete table `location_claim`.
 *
 * - `location_claim.overlapping` is true for both claims of an overlap. Overlaps exist only between claims that
 *   earlier versions created without comparing physical locations. If `warehouse.claims_compared` is false, the
 *   server compares all claims at its next start.
 * - `warehouse.static_until` is the time until which the vending mode was `static`: infinity while the mode is
 *   `static`, and null if it never was. Clients may have long-lived storage keys for relations that were created
 *   before this time. The keys never expire, so the locations of such a relation remain retired until an
 *   administrator releases them.
 * - Servers of earlier versions must be stopped for this migration. They do not write these marks, and do not lock
 *   the row of the warehouse when they create a claim, so the name of its store could change at the same time.
 */
export const claimMarks: Migration = {
  version: 11,
  name: 'claim-marks',
  stopsOlderServers: true,
  sql: `
alter table warehouse add column static_until timestamptz;
update warehouse set static_until = 'infinity' where vending ->> 'mode' = 'static';
alter table warehouse add column claims_compared boolean not null default false;
alter table warehouse alter column claims_compared set default true;

alter table location_claim add column overlapping boolean not null default false;
update location_claim c set ends_at = null
from warehouse w where w.id = c.warehouse_id and w.static_until is not null and c.kind = 'retired';
create index location_claim_overlap on location_claim (place) where overlapping;
drop index location_claim_warehouse;
create index location_claim_home on location_claim (warehouse_id) where kind in ('root', 'allowed');
create index location_claim_retired on location_claim (warehouse_id, location, owner_id) where kind = 'retired';
create index location_claim_retired_place on location_claim (place) where kind = 'retired';
`,
}
