import { type Queryable, statement } from './sql.ts'

/**
 * Location claim of a warehouse: the row that records the warehouse as the owner of its root or of an allowed
 * location.
 */
export interface WarehouseClaim {
  readonly kind: 'root' | 'allowed'
  /** Canonical location, ending in `/`. */
  readonly location: string
  readonly place: string
}

const replace = statement(
  'warehouse_claims',
  `with wanted as (select * from unnest($2::text[], $3::text[], $4::text[]) u(kind, location, place)),
   gone as (
     delete from location_claim c where c.warehouse_id = $1 and c.kind in ('root', 'allowed')
       and not exists (select from wanted w where w.location = c.location)),
   written as (
     insert into location_claim (owner_id, warehouse_id, kind, location, place)
     select $1, $1, kind, location, place from wanted
     on conflict (owner_id, location) do update set kind = excluded.kind, place = excluded.place
     where (location_claim.kind, location_claim.place) is distinct from (excluded.kind, excluded.place)
     returning 1)
   select count(*)::int as changed from written`,
)

/**
 * Replaces the claims of a warehouse for its root and its allowed locations. Returns the number of claims that are
 * new or that have another physical location than before.
 */
export async function replaceWarehouseClaims(
  tx: Queryable,
  warehouseId: string,
  claims: readonly WarehouseClaim[],
): Promise<number> {
  const distinct = [...new Map(claims.toReversed().map((claim) => [claim.location, claim])).values()]
  const [row] = await tx.run<{ changed: number }>(replace, [
    warehouseId,
    distinct.map(({ kind }) => kind),
    distinct.map(({ location }) => location),
    distinct.map(({ place }) => place),
  ])
  return row?.changed ?? 0
}

const conflict = statement(
  'warehouse_claim_conflict',
  `select c.kind, c.warehouse_id as "warehouseId", c.place <= w.place as "above"
   from unnest($1::text[], $2::text[]) w(place, beyond)
   cross join lateral (
     (select c.* from location_claim c where c.place = any($3::text[]) and starts_with(w.place, c.place) and c.warehouse_id <> $4::uuid limit 1)
     union all
     (select c.* from location_claim c where c.place >= w.place and c.place < w.beyond and c.warehouse_id <> $4::uuid limit 1)) c
   order by c.kind in ('root', 'allowed') desc limit 1`,
)

/** Location claim of another warehouse that overlaps with a requested location. */
export interface WarehouseConflict {
  readonly kind: string
  readonly warehouseId: string
  /**
   * True when the requested location is equal to or within the location of the claim. False when the claim is
   * within the requested location.
   */
  readonly above: boolean
}

/**
 * Returns a location claim of another warehouse that overlaps with one of the physical locations, or null. Call after
 * `lockLocations`.
 */
export async function findWarehouseConflict(
  sql: Queryable,
  warehouseId: string,
  places: readonly string[],
  ancestors: readonly string[],
): Promise<WarehouseConflict | null> {
  const beyond = places.map((place) => `${place.slice(0, -1)}0`)
  const rows = await sql.run<WarehouseConflict>(conflict, [places, beyond, ancestors, warehouseId])
  return rows[0] ?? null
}

const unresolved = statement(
  'claim_unresolved',
  `select warehouse_id as "warehouseId", owner_id as "ownerId", location from location_claim
   where place >= 'unresolved:' and place < 'unresolved;' and warehouse_id = $1 limit $2`,
)
const resolveBelow = statement(
  'claim_resolve_below',
  `with written as (
     update location_claim set place = $3 || substr(location, length($2) + 1)
     where place >= 'unresolved:' || $2 and place < 'unresolved:' || left($2, -1) || '0' and warehouse_id = $1 returning 1)
   select count(*)::int as changed from written`,
)
const resolveOne = statement(
  'claim_resolve_one',
  'update location_claim set place = $3 where owner_id = $1 and location = $2',
)

/** Location claim from an earlier version of Headgate that did not record its physical location. */
export interface UnresolvedClaim {
  readonly ownerId: string
  readonly location: string
}

export function listUnresolved(
  sql: Queryable,
  warehouseId: string,
  limit: number,
): Promise<UnresolvedClaim[]> {
  return sql.run<UnresolvedClaim>(unresolved, [warehouseId, limit])
}

/**
 * Records the physical locations of all claims of a warehouse that are equal to or within the location `from`. `to`
 * is the physical location of `from`. Returns the number of claims.
 */
export async function resolveClaimsBelow(
  sql: Queryable,
  warehouseId: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<number> {
  return (await sql.run<{ changed: number }>(resolveBelow, [warehouseId, from, to]))[0]?.changed ?? 0
}

export async function resolveClaim(
  sql: Queryable,
  { ownerId, location }: UnresolvedClaim,
  place: string,
): Promise<void> {
  await sql.run(resolveOne, [ownerId, location, place])
}
