import { type Queryable, statement } from './sql.ts'

/** Kind of owner of a location, see migration 8. */
export type ClaimKind = 'root' | 'allowed' | 'relation' | 'staged' | 'retired'

/**
 * Locations that one owner has or requests, in the form of clients and in the form that is compared. Equal indexes
 * belong together.
 */
export interface ClaimedPlaces {
  /** Canonical locations, each ending in `/`. */
  readonly locations: readonly string[]
  /** Physical places, each ending in `/`. */
  readonly places: readonly string[]
  /** All physical places that contain them. */
  readonly ancestors: readonly string[]
  /** Name of the store that the places were computed with; null: it has none. */
  readonly storeName: string | null
}

/** The owner of a new claim, which does not conflict with its own claims. */
export interface ClaimOwner {
  /** Ids of the relation or the staged create, and of the attempts that it replaces. */
  readonly ownerIds: readonly string[]
  /** The warehouse of the places, whose root and allowed locations contain them. */
  readonly warehouseId: string
  /** Whether the owner may use retired places again. */
  readonly reusesRetired: boolean
}

// One lock for all writers that choose a location, in all warehouses: two of them must not compare locations at the
// same time.
const lock = statement('location_lock', `select pg_advisory_xact_lock(hashtext('headgate.locations'))`)

/** Blocks all other transactions that choose a location until this one ends. Do not call the storage meanwhile. */
export async function lockLocations(tx: Queryable): Promise<void> {
  await tx.run(lock)
}

const isForeign = `c.owner_id <> all($4::uuid[]) and not (c.warehouse_id = $5::uuid and c.kind in ('root', 'allowed'))
  and not ($6 and c.kind = 'retired')`

// The lateral subquery with LIMIT makes the planner use one index probe for each place, regardless of its estimates.
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
 * Returns the kind of a claim of any warehouse that overlaps these places, or null. A writer that relies on null must
 * call `lockLocations` first.
 */
export async function findConflict(
  sql: Queryable,
  { places, ancestors }: Pick<ClaimedPlaces, 'places' | 'ancestors'>,
  { ownerIds, warehouseId, reusesRetired }: ClaimOwner,
): Promise<ClaimKind | null> {
  const values = [places, places.map(beyond), ancestors, ownerIds, warehouseId, reusesRetired]
  return (await sql.run<{ kind: ClaimKind }>(conflict, values))[0]?.kind ?? null
}

/** Returns the first text after all texts with the prefix, which ends in `/`: `0` is the character after the slash. */
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
 * Returns the places that other relations, staged creates or warehouses claim. Returns null when the store of the
 * warehouse has another name than the one that the places were computed with.
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

/** Returns the places that the owners claim already, or that are granted to one of the namespaces. */
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

/** Deletes retired claims at and below places that are in use again. */
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
