import { type Queryable, statement } from './sql.ts'

/** One of two location claims that overlap. */
export interface OverlappingClaim {
  readonly kind: 'root' | 'allowed' | 'relation' | 'staged'
  /** Id of the warehouse, relation or staged create that owns the claim. */
  readonly ownerId: string
  readonly location: string
  readonly place: string
  readonly warehouseId: string
  readonly warehouse: string
  readonly warehouseOwnerId: string
  /** Namespace path of the relation or staged table that owns the claim. Null for a claim of a warehouse. */
  readonly path: string | null
  readonly name: string | null
  /** Kind of the relation that owns the claim. Null when a warehouse or a staged table owns it. */
  readonly relationKind: 'table' | 'view' | null
  readonly dropped: boolean
}

/**
 * Two location claims of different owners. The physical location of `inner` is equal to or within the physical
 * location of `outer`.
 */
export interface ClaimOverlap {
  readonly outer: OverlappingClaim
  readonly inner: OverlappingClaim
}

/** Position of an overlap in the list of `listOverlaps`, for paging. */
export type OverlapPosition = readonly [string, string, string, string, string, string]

function claimJson(claim: string): string {
  return `(select jsonb_build_object('kind', ${claim}.kind, 'ownerId', ${claim}.owner_id, 'location', ${claim}.location,
     'place', ${claim}.place, 'warehouseId', w.id, 'warehouse', w.name, 'warehouseOwnerId', w.owner_id,
     'path', coalesce(n.path, r.namespace_path, s.namespace_path), 'name', coalesce(r.name, s.name),
     'relationKind', r.kind, 'dropped', r.dropped_at is not null)
   from warehouse w left join relation r on r.id = ${claim}.owner_id left join namespace n on n.id = r.namespace_id
     left join staged_relation s on s.id = ${claim}.owner_id
   where w.id = ${claim}.warehouse_id)`
}

// The root and the allowed locations of a warehouse may contain locations of relations in the same warehouse, so such
// pairs are not overlaps. If the root or an allowed location of one warehouse contains a root or an allowed location of
// another warehouse, only this pair is listed, without the pairs with relations inside the inner location.
const isOverlap = `i.place >= o.place and i.place < left(o.place, -1) || '0' and i.kind <> 'retired'
         and (i.place, i.owner_id) > (o.place, o.owner_id) and i.owner_id <> o.owner_id
         and not (o.warehouse_id = i.warehouse_id and (o.kind in ('root', 'allowed') or i.kind in ('root', 'allowed')))
         and not (o.kind in ('root', 'allowed') and i.kind not in ('root', 'allowed') and exists (
           select from location_claim w where w.warehouse_id = i.warehouse_id and w.kind in ('root', 'allowed')
             and w.place >= o.place and starts_with(i.place, w.place)))`

// Reads only claims with the mark `overlapping`. Compares them again, because the mark remains when an overlap has
// been resolved.
const page = statement(
  'claim_overlaps',
  `with pairs as (
     select o.owner_id as o_owner, o.location as o_location, o.place as o_place, i.*
     from location_claim o cross join lateral (
       select i.owner_id, i.location, i.place from location_claim i
       where i.overlapping and ${isOverlap}
         and (o.warehouse_id = $1 or i.warehouse_id = $1)
         and ($2::text is null
           or (o.place, o.owner_id, o.location, i.place, i.owner_id, i.location) > ($2, $3::uuid, $4, $5, $6::uuid, $7))
       order by i.place, i.owner_id, i.location limit $8) i
     where o.overlapping and o.kind <> 'retired' and o.place >= coalesce($2, '')
     order by o.place, o.owner_id, o.location, i.place, i.owner_id, i.location limit $8)
   select ${claimJson('o')} as "outer", ${claimJson('i')} as "inner"
   from pairs p join location_claim o on (o.owner_id, o.location) = (p.o_owner, p.o_location)
     join location_claim i on (i.owner_id, i.location) = (p.owner_id, p.location)
   order by p.o_place, p.o_owner, p.o_location, p.place, p.owner_id, p.location`,
)

/**
 * Returns overlaps between a location claim of the warehouse and another claim, in the order of physical locations.
 * Such overlaps were created by versions of Headgate that did not compare physical locations; new claims never
 * overlap.
 */
export function listOverlaps(
  sql: Queryable,
  warehouseId: string,
  { after, limit }: { readonly after: OverlapPosition | null; readonly limit: number },
): Promise<ClaimOverlap[]> {
  const position = after ?? [null, null, null, null, null, null]
  return sql.run<ClaimOverlap>(page, [warehouseId, ...position, limit])
}

export function toPosition({ outer, inner }: ClaimOverlap): OverlapPosition {
  return [outer.place, outer.ownerId, outer.location, inner.place, inner.ownerId, inner.location]
}

// The text of a physical location is a prefix of all locations inside it. In the order of the index, a location that
// contains other locations is therefore directly followed by such a location, and the comparison of each row with the
// next row finds all locations that contain others.
const mark = statement(
  'claim_mark_overlaps',
  `with ordered as (
     select c.*, lead(c.place) over (order by c.place, c.owner_id, c.location) as next
     from location_claim c where c.kind <> 'retired'),
   pairs as (
     select o.owner_id as o_owner, o.location as o_location, i.owner_id, i.location
     from ordered o join location_claim i on ${isOverlap}
     where starts_with(o.next, o.place)),
   found as (select o_owner as owner_id, o_location as location from pairs union select owner_id, location from pairs),
   marked as (
     update location_claim c set overlapping = true from found f
     where (c.owner_id, c.location) = (f.owner_id, f.location) and not c.overlapping)
   update warehouse set claims_compared = true where not claims_compared`,
)

/**
 * Compares all location claims of all warehouses, and sets the mark `overlapping` on both claims of each overlap.
 * Call after `lockLocations`.
 */
export async function markOverlaps(tx: Queryable): Promise<void> {
  await tx.run(mark)
}

const setUncompared = statement(
  'claims_uncompared',
  'update warehouse set claims_compared = false where id = $1',
)
const uncompared = statement(
  'claims_are_uncompared',
  'select exists (select from warehouse where not claims_compared) as found',
)

/**
 * Records that physical locations of claims of a warehouse were stored without a comparison with other claims, so
 * that `markOverlaps` must run.
 */
export async function setClaimsUncompared(sql: Queryable, warehouseId: string): Promise<void> {
  await sql.run(setUncompared, [warehouseId])
}

/** Returns whether claims exist that `markOverlaps` has not compared yet. */
export async function hasUncomparedClaims(sql: Queryable): Promise<boolean> {
  return (await sql.run<{ found: boolean }>(uncompared))[0]?.found ?? false
}

/**
 * Root or allowed location of another warehouse that overlaps with the root or an allowed location of the
 * warehouse in the query.
 */
export interface ForeignHome {
  readonly kind: 'root' | 'allowed'
  /** Canonical location. */
  readonly location: string
  readonly warehouseId: string
  readonly warehouse: string
  readonly ownerId: string
  /** Allowed locations of the other warehouse, in the spelling of the operator. */
  readonly allowedLocations: readonly string[]
  /** Root or allowed location of the warehouse in the query. */
  readonly own: string
  /** True when the location of the other warehouse is equal to or contains `own`. False when it is within `own`. */
  readonly covers: boolean
}

const homes = statement(
  'claim_foreign_homes',
  `select c.kind, c.location, w.id as "warehouseId", w.name as warehouse, w.owner_id as "ownerId",
     w.allowed_locations as "allowedLocations", o.location as own, starts_with(o.place, c.place) as covers
   from location_claim o
   join location_claim c on c.overlapping and c.kind in ('root', 'allowed') and c.warehouse_id <> o.warehouse_id
     and (starts_with(o.place, c.place) or starts_with(c.place, o.place))
   join warehouse w on w.id = c.warehouse_id
   where o.overlapping and o.kind in ('root', 'allowed') and o.warehouse_id = $1
   order by covers desc, o.location, c.place, c.location, w.id limit $2`,
)

/**
 * Returns the roots and allowed locations of other warehouses that overlap with the root or an allowed
 * location of a warehouse.
 */
export function listForeignHomes(sql: Queryable, warehouseId: string, limit: number): Promise<ForeignHome[]> {
  return sql.run<ForeignHome>(homes, [warehouseId, limit])
}
