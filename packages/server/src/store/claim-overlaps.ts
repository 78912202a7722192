import { type Queryable, statement } from './sql.ts'

/** One of two claims that overlap. */
export interface OverlappingClaim {
  readonly kind: 'root' | 'allowed' | 'relation' | 'staged'
  /** Id of the warehouse, relation or staged create. */
  readonly ownerId: string
  readonly location: string
  readonly place: string
  readonly warehouseId: string
  readonly warehouse: string
  readonly warehouseOwnerId: string
  /** Path of the namespace of a relation or staged create, and its name; null: a warehouse's own place. */
  readonly path: string | null
  readonly name: string | null
  /** Null: no relation. */
  readonly relationKind: 'table' | 'view' | null
  readonly dropped: boolean
}

/** Two claims of different owners; the physical place of `inner` is that of `outer` or lies in it. */
export interface ClaimOverlap {
  readonly outer: OverlappingClaim
  readonly inner: OverlappingClaim
}

/** What identifies an overlap in the order of the list. */
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

// All texts between a place and one inside it begin with that place, so whatever has something inside it is followed by
// that in the order of the index: one pass finds the candidates. The places of a warehouse surround its own relations, and
// the places of another warehouse inside them stand for what lies in those.
const page = statement(
  'claim_overlaps',
  `with ordered as (
     select c.*, lead(c.place) over (order by c.place, c.owner_id, c.location) as next
     from location_claim c where c.kind <> 'retired' and c.place >= coalesce($2, '')),
   pairs as (
     select o.owner_id as o_owner, o.location as o_location, o.place as o_place, i.*
     from ordered o cross join lateral (
       select i.owner_id, i.location, i.place from location_claim i
       where i.place >= o.place and i.place < left(o.place, -1) || '0' and i.kind <> 'retired'
         and (i.place, i.owner_id) > (o.place, o.owner_id) and i.owner_id <> o.owner_id
         and (o.warehouse_id = $1 or i.warehouse_id = $1)
         and not (o.warehouse_id = i.warehouse_id and (o.kind in ('root', 'allowed') or i.kind in ('root', 'allowed')))
         and not (o.kind in ('root', 'allowed') and i.kind not in ('root', 'allowed') and exists (
           select from location_claim w where w.warehouse_id = i.warehouse_id and w.kind in ('root', 'allowed')
             and w.place >= o.place and starts_with(i.place, w.place)))
         and ($2::text is null
           or (o.place, o.owner_id, o.location, i.place, i.owner_id, i.location) > ($2, $3::uuid, $4, $5, $6::uuid, $7))
       order by i.place, i.owner_id, i.location limit $8) i
     where starts_with(o.next, o.place)
     order by o.place, o.owner_id, o.location, i.place, i.owner_id, i.location limit $8)
   select ${claimJson('o')} as "outer", ${claimJson('i')} as "inner"
   from pairs p join location_claim o on (o.owner_id, o.location) = (p.o_owner, p.o_location)
     join location_claim i on (i.owner_id, i.location) = (p.owner_id, p.location)
   order by p.o_place, p.o_owner, p.o_location, p.place, p.owner_id, p.location`,
)

/**
 * Returns overlaps in which a claim of the warehouse takes part, in order of place. New claims never overlap; these were
 * made before locations were compared as physical places.
 */
export function listOverlaps(
  sql: Queryable,
  warehouseId: string,
  { after, limit }: { readonly after: OverlapPosition | null; readonly limit: number },
): Promise<ClaimOverlap[]> {
  const position = after ?? [null, null, null, null, null, null]
  return sql.run<ClaimOverlap>(page, [warehouseId, ...position, limit])
}

export function positionOf({ outer, inner }: ClaimOverlap): OverlapPosition {
  return [outer.place, outer.ownerId, outer.location, inner.place, inner.ownerId, inner.location]
}
