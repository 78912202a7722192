import type { Migration } from './migration.ts'

/**
 * One table of everything that occupies storage, in all warehouses, compared by physical place.
 *
 * - `location_claim` replaces `relation_location`. `kind` says what holds the place: a warehouse's `root` or `allowed`
 *   location (`owner_id` is the warehouse), a `relation` (live or dropped), a `staged` create until `ends_at`, or a
 *   `retired` place that its relation left: files or credentials may remain there, and `ends_at` is the next check.
 * - `place` is the physical place (`storage/physical-place.ts`). SQL cannot resolve directories, so existing rows begin
 *   with `unresolved:`; the server resolves them after this step, before it answers (`catalog/resolve-claims.ts`).
 * - `namespace_location` are places that relations of a namespace may use although they hold files.
 * - `staged_relation.clearing`: its files are being deleted, so it cannot be finished any more. `ends_at`: end of the
 *   reservation of a chosen location; null: the location is random and stays reserved.
 */
export const locationClaims: Migration = {
  version: 8,
  name: 'location-claims',
  stopsOlderServers: true,
  sql: `
alter table staged_relation add column clearing boolean not null default false;
alter table staged_relation add column ends_at timestamptz;
update staged_relation set ends_at = created_at + interval '7 days 1 hour';

create table location_claim (
  owner_id uuid not null,
  warehouse_id uuid not null,
  kind text not null check (kind in ('root', 'allowed', 'relation', 'staged', 'retired')),
  location text collate "C" not null,
  place text collate "C" not null,
  ends_at timestamptz
);
insert into location_claim (owner_id, warehouse_id, kind, location, place)
select l.relation_id, r.warehouse_id, 'relation', l.location, 'unresolved:' || l.location
from relation_location l join relation r on r.id = l.relation_id;
insert into location_claim (owner_id, warehouse_id, kind, location, place, ends_at)
select distinct s.id, s.warehouse_id, 'staged', p.location, 'unresolved:' || p.location, s.ends_at
from staged_relation s, unnest(array_append(s.prefixes, s.location)) p(location);
alter table location_claim add primary key (owner_id, location);
create index location_claim_place on location_claim (place);
create index location_claim_end on location_claim (ends_at) where ends_at is not null;
create index location_claim_warehouse on location_claim (warehouse_id) where kind in ('root', 'allowed', 'retired');
drop table relation_location;

create table namespace_location (
  namespace_id uuid not null references namespace on delete cascade,
  location text collate "C" not null,
  place text collate "C" not null,
  granted_at timestamptz not null default now(),
  primary key (namespace_id, location)
);
`,
}
