import type { Migration } from './migration.ts'

/**
 * Adds the table `location_claim`, which records the owner of each storage location of all warehouses. The server
 * compares the locations by their physical location.
 *
 * - `location_claim` replaces `relation_location`. `kind` is the kind of the claim: the `root` or an `allowed`
 *   location of a warehouse (`owner_id` is the warehouse), a location of a `relation` (live or dropped), a location
 *   of a `staged` table until `ends_at`, or a `retired` location that a deleted relation left. Files or valid
 *   credentials may remain at a retired location, and `ends_at` is the time of the next check.
 * - `place` is the physical location: the identity of the store and the path. SQL cannot compute it for directories,
 *   so the value in existing rows begins with `unresolved:`. The server replaces these values at its start, before it
 *   answers requests (`catalog/resolve-claims.ts`).
 * - `namespace_location` contains locations that relations of a namespace may use although they already contain
 *   files.
 * - `staged_relation.clearing` is true while the files of a staged table are being deleted, so that its creation
 *   cannot be completed. `ends_at` is the end of the reservation of a location that the client chose. It is null for
 *   a random location, which remains reserved.
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
