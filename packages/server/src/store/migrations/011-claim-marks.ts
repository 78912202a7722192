import type { Migration } from './migration.ts'

/**
 * Marks that spare reading the whole claims table.
 *
 * - `location_claim.overlapping` marks both sides of overlaps from before physical places were compared, because new claims
 *   never overlap. `warehouse.claims_compared` false: the server compares all claims at its next start.
 * - `warehouse.static_until`: relations created until then may have been loaded with the long-lived keys of vending mode
 *   `static`, which never expire. Infinity: the mode is `static` now; null: never. The `retired` claim of such a relation
 *   has no end: it stays until an administrator releases it.
 * - Servers of earlier versions record neither, and do not lock the warehouse of a new claim, which keeps the name of its
 *   store from being changed meanwhile.
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
