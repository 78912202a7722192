import { type Queryable, statement } from './sql.ts'

/** What holds a place: see migration 8. */
export type ClaimKind = 'root' | 'allowed' | 'relation' | 'staged' | 'retired'

/** Places that one owner has or wants, as clients know them and as they are compared. Equal indexes belong together. */
export interface ClaimedPlaces {
  /** Canonical locations, each ending in `/`. */
  readonly locations: readonly string[]
  /** Physical places, each ending in `/`. */
  readonly places: readonly string[]
  /** All physical places above them. */
  readonly ancestors: readonly string[]
}

/** Which claims do not conflict with a new one. */
export interface ClaimOwner {
  /** Ids of the relation or the staged create itself, and of the attempts that it takes over. */
  readonly ownerIds: readonly string[]
  /** The warehouse that the places belong to: its own root and allowed locations surround them. */
  readonly warehouseId: string
  /** Retired places may be used again. */
  readonly reusesRetired: boolean
}

// One lock for all writers that choose a location, over all warehouses: two of them must not look at the same moment.
const lock = statement('location_lock', `select pg_advisory_xact_lock(hashtext('headgate.locations'))`)

/** Blocks every other transaction that chooses a location until this one ends. No storage call may run meanwhile. */
export async function lockLocations(tx: Queryable): Promise<void> {
  await tx.run(lock)
}

const isForeign = `c.owner_id <> all($4::uuid[]) and not (c.warehouse_id = $5::uuid and c.kind in ('root', 'allowed'))
  and not ($6 and c.kind = 'retired')`

// The lateral subquery with LIMIT keeps the planner on one index probe for each place, whatever it estimates.
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
 * Returns the kind of a claim of any warehouse that overlaps these places, or null. A writer that relies on null calls
 * `lockLocations` first.
 */
export async function findConflict(
  sql: Queryable,
  { places, ancestors }: Pick<ClaimedPlaces, 'places' | 'ancestors'>,
  { ownerIds, warehouseId, reusesRetired }: ClaimOwner,
): Promise<ClaimKind | null> {
  const values = [places, places.map(beyond), ancestors, ownerIds, warehouseId, reusesRetired]
  return (await sql.run<{ kind: ClaimKind }>(conflict, values))[0]?.kind ?? null
}

/** Returns the first text behind all texts with the prefix, which ends in `/`: `0` is the character behind the slash. */
function beyond(place: string): string {
  return `${place.slice(0, -1)}0`
}

const foreign = statement(
  'location_foreign',
  `select distinct c.place from location_claim c
   where c.place = any($1::text[]) and c.owner_id <> $2::uuid and c.kind <> 'retired'
     and not (c.warehouse_id = $3::uuid and c.kind in ('root', 'allowed'))`,
)

/** Returns those of the places that other relations, staged creates or warehouses claim. */
export async function findForeignPlaces(
  sql: Queryable,
  places: readonly string[],
  owner: { readonly id: string; readonly warehouseId: string },
): Promise<string[]> {
  const rows = await sql.run<{ place: string }>(foreign, [places, owner.id, owner.warehouseId])
  return rows.map(({ place }) => place)
}

const usable = statement(
  'location_usable',
  `select place from location_claim where owner_id = any($1::uuid[])
   union all select place from namespace_location where namespace_id = any($2::uuid[])`,
)

/** Returns the places that are claimed by the owners already, or granted to one of the namespaces. */
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

/** Removes retired claims at and below places that are in use again. */
export async function reuseRetired(tx: Queryable, places: readonly string[]): Promise<void> {
  await tx.run(reuse, [places, places.map(beyond)])
}

const around = statement(
  'location_around',
  `select distinct owner_id as id from location_claim where place = any($1::text[]) and kind = 'relation'`,
)

/** Returns the relations that claim one of these places. */
export async function findRelationsAround(sql: Queryable, places: readonly string[]): Promise<string[]> {
  return (await sql.run<{ id: string }>(around, [places])).map(({ id }) => id)
}

const own = statement('location_own', 'select location from location_claim where owner_id = $1')

/** Returns all prefixes that a relation has ever claimed. */
export async function findOwnPrefixes(sql: Queryable, relationId: string): Promise<string[]> {
  return (await sql.run<{ location: string }>(own, [relationId])).map(({ location }) => location)
}
