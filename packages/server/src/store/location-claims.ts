import { type Queryable, statement } from './sql.ts'

/**
 * Kind of a location claim. A location claim is the row that records the owner of a storage location. `root`
 * and `allowed`: locations of a warehouse. `relation`: location of a table or view. `staged`: location of a
 * table that is being created. `retired`: former location of a deleted relation.
 */
export type ClaimKind = 'root' | 'allowed' | 'relation' | 'staged' | 'retired'

/**
 * Locations that one owner claims. `locations` are the locations as clients name them, and `places` are the
 * physical locations (identity of the store and path), which the server compares. Equal indexes belong
 * together.
 */
export interface ClaimedPlaces {
  /** Canonical locations, each ending in `/`. */
  readonly locations: readonly string[]
  /** Physical locations of `locations`, each ending in `/`. */
  readonly places: readonly string[]
  /** All physical locations that contain one of `places`. */
  readonly ancestors: readonly string[]
  /** Name of the store from which `places` were computed. Null when the store has no name. */
  readonly storeName: string | null
}

/** Owner of a new location claim. Its own existing claims do not conflict with the new claim. */
export interface ClaimOwner {
  /** Ids of the relation or staged table, and of earlier staged tables that it replaces. */
  readonly ownerIds: readonly string[]
  /**
   * Warehouse of the owner. Its root and allowed locations contain the claimed locations, so they do not conflict
   * with the claim.
   */
  readonly warehouseId: string
  /** Whether the owner of the new claim may reuse retired locations of deleted relations. */
  readonly reusesRetired: boolean
}

// Advisory lock for all transactions that claim locations, in all warehouses. Two transactions must not compare
// locations at the same time, because each would not see the claims of the other.
const lock = statement('location_lock', `select pg_advisory_xact_lock(hashtext('headgate.locations'))`)

/**
 * Blocks all other transactions that claim locations until this transaction ends. The caller must not call the
 * storage while it holds the lock.
 */
export async function lockLocations(tx: Queryable): Promise<void> {
  await tx.run(lock)
}

const isForeign = `c.owner_id <> all($4::uuid[]) and not (c.warehouse_id = $5::uuid and c.kind in ('root', 'allowed'))
  and not ($6 and c.kind = 'retired')`

// The lateral subquery with LIMIT makes the planner use one index look-up for each physical location, regardless of
// its estimates.
const conflict = statement(
  'location_conflict',
  `select c.kind from location_claim c where c.place = any($3::text[]) and ${isForeign}
   union all
   select p.kind from unnest($1::text[], $2::text[]) w(place, beyond)
   cross join lateral (
     select c.kind from location_claim c where c.place >= w.place and c.place < w.beyond and ${isForeign} limit 1) p
   limit 1`,
)

/**
 * Returns the kind of a location claim, in any warehouse, that overlaps with these physical locations, or null. A
 * transaction that then claims the locations must call `lockLocations` first.
 */
export async function findConflict(
  sql: Queryable,
  { places, ancestors }: Pick<ClaimedPlaces, 'places' | 'ancestors'>,
  { ownerIds, warehouseId, reusesRetired }: ClaimOwner,
): Promise<ClaimKind | null> {
  const values = [places, places.map(beyond), ancestors, ownerIds, warehouseId, reusesRetired]
  return (await sql.run<{ kind: ClaimKind }>(conflict, values))[0]?.kind ?? null
}

/**
 * Returns the smallest text that sorts after all physical locations within `place`. As `place` ends in `/`,
 * this is the same text with `0`, the next character after `/`, in place of the last `/`.
 */
function beyond(place: string): string {
  return `${place.slice(0, -1)}0`
}

const foreign = statement(
  'location_foreign',
  `select distinct c.place from location_claim c
   where c.place = any($1::text[]) and c.owner_id <> $2::uuid and c.kind <> 'retired'
     and not (c.warehouse_id = $3::uuid and c.kind in ('root', 'allowed'))
   union all
   select null where not exists (
     select from warehouse where id = $3::uuid and storage ->> 'store' is not distinct from $4)`,
)

/**
 * Returns the physical locations among `places` that another relation, staged table or warehouse claims.
 * Returns null when the store of the warehouse no longer has the name from which the physical locations were
 * computed.
 */
export async function findForeignPlaces(
  sql: Queryable,
  places: readonly string[],
  owner: { readonly id: string; readonly warehouseId: string; readonly storeName: string | null },
): Promise<string[] | null> {
  const { id, warehouseId, storeName } = owner
  const rows = await sql.run<{ place: string | null }>(foreign, [places, id, warehouseId, storeName])
  const found = rows.flatMap(({ place }) => (place === null ? [] : [place]))
  return found.length === rows.length ? found : null
}

const usable = statement(
  'location_usable',
  `select place from location_claim where owner_id = any($1::uuid[])
   union all select place from namespace_location where namespace_id = any($2::uuid[])`,
)

/**
 * Returns the physical locations that the relations or staged tables `ownerIds` claim, and the physical
 * locations that are granted to the namespaces `namespaceIds`.
 */
export async function findUsablePlaces(
  sql: Queryable,
  ownerIds: readonly string[],
  namespaceIds: readonly string[],
): Promise<string[]> {
  const rows = await sql.run<{ place: string }>(usable, [ownerIds, namespaceIds])
  return rows.map(({ place }) => place)
}

const reuse = statement(
  'location_reuse_retired',
  `delete from location_claim c using unnest($1::text[], $2::text[]) w(place, beyond)
   where c.kind = 'retired' and c.place >= w.place and c.place < w.beyond`,
)

/**
 * Deletes the claims of retired locations that are equal to or within these physical locations. Called when a
 * relation reuses the locations.
 */
export async function reuseRetired(tx: Queryable, places: readonly string[]): Promise<void> {
  await tx.run(reuse, [places, places.map(beyond)])
}

const around = statement(
  'location_around',
  `select distinct owner_id as id from location_claim where place = any($1::text[]) and kind = 'relation'`,
)

/** Returns the ids of the relations that claim one of these physical locations. */
export async function findRelationsAround(sql: Queryable, places: readonly string[]): Promise<string[]> {
  return (await sql.run<{ id: string }>(around, [places])).map(({ id }) => id)
}

const own = statement('location_own', 'select location from location_claim where owner_id = $1')

/** Returns all locations that a relation claims, including its previous locations. */
export async function findOwnPrefixes(sql: Queryable, relationId: string): Promise<string[]> {
  return (await sql.run<{ location: string }>(own, [relationId])).map(({ location }) => location)
}
