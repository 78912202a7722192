import { randomVersionSql } from './random-version.ts'
import { type Queryable, statement } from './sql.ts'

/**
 * Maximum number of location claims that one statement changes, so that the statement takes much less time
 * than its time limit.
 */
const batchSize = 50_000

const lock = statement(
  'store_lock_warehouses',
  'select id from warehouse where id = any($1::uuid[]) order by id for update',
)

/**
 * Locks the rows of warehouses: waits for transactions that are creating location claims in these warehouses, and
 * blocks new claims until the transaction ends. Call after `lockLocations`.
 */
export async function lockHomes(tx: Queryable, warehouseIds: readonly string[]): Promise<void> {
  await tx.run(lock, [warehouseIds])
}

// Each statement starts at the last physical location of the previous statement. Claims that are already
// changed have another store identity and no longer match the condition.
const move = statement(
  'store_move_claims',
  `with batch as (
     select owner_id, location, place from location_claim
     where place >= $3 and place < $2 || '0' and warehouse_id = any($1::uuid[]) order by place limit ${batchSize}),
   moved as (
     update location_claim c set place = $4 || substr(c.place, length($2) + 1) from batch b
     where (c.owner_id, c.location) = (b.owner_id, b.location))
   select max(place) as last, count(*)::int as count from batch`,
)
const moveGranted = statement(
  'store_move_granted',
  `update namespace_location l set place = $3 || substr(l.place, length($2) + 1)
   from namespace n where n.id = l.namespace_id and n.warehouse_id = any($1::uuid[]) and starts_with(l.place, $2 || '/')`,
)

/**
 * Changes the store identity in the physical locations of all claims of the warehouses, and of the locations that are
 * granted to their namespaces. Does not change claims of other warehouses. Call after `lockHomes`.
 */
export async function moveStore(
  tx: Queryable,
  warehouseIds: readonly string[],
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  for (let first: string | null = `${from}/`; first !== null;) {
    const values: unknown[] = [warehouseIds, from, first, to]
    const [row]: { last: string | null; count: number }[] = await tx.run(move, values)
    first = row === undefined || row.count < batchSize ? null : row.last
  }
  await tx.run(moveGranted, [warehouseIds, from, to])
}

const rename = statement(
  'store_rename',
  `with written as (
     update warehouse set version = ${randomVersionSql}, updated_at = now(),
       storage = case when $2::text is null then storage - 'store' else jsonb_set(storage, '{store}', to_jsonb($2::text)) end
     where id = any($1::uuid[]) returning id)
   select pg_notify('headgate', 'warehouse:' || id) from written`,
)

/**
 * Sets the name of the store in the storage profiles of the warehouses. Null removes the name. The commit notifies
 * all servers.
 */
export async function renameStore(
  tx: Queryable,
  warehouseIds: readonly string[],
  storeName: string | null,
): Promise<void> {
  await tx.run(rename, [warehouseIds, storeName])
}

/** One of two overlapping location claims of different warehouses. */
export interface StoreClaim {
  readonly kind: string
  readonly location: string
  readonly warehouseId: string
}

/**
 * Two overlapping location claims: the physical location of `inner` is equal to or within the physical
 * location of `outer`.
 */
export interface StoreOverlap {
  readonly outer: StoreClaim
  readonly inner: StoreClaim
}

const claimJson = (claim: string): string =>
  `jsonb_build_object('kind', ${claim}.kind, 'location', ${claim}.location, 'warehouseId', ${claim}.warehouse_id)`

// The statement skips claims inside the root or an allowed location of the same warehouse: every claim that overlaps
// with such a claim also overlaps with that root or allowed location.
const overlap = statement(
  'store_overlap',
  `with homes as materialized (
     select warehouse_id, place from location_claim
     where kind in ('root', 'allowed') and place >= $2 || '/' and place < $2 || '0'),
   outermost as (
     select distinct on (c.place, c.warehouse_id) c.* from location_claim c where c.place >= $2 || '/' and c.place < $2 || '0'
       and (c.kind in ('root', 'allowed') or not exists (
         select from homes h where h.warehouse_id = c.warehouse_id and starts_with(c.place, h.place))))
   select ${claimJson('o')} as "outer", ${claimJson('i')} as "inner"
   from outermost o cross join lateral (
     select i.* from location_claim i
     where i.place >= o.place and i.place < left(o.place, -1) || '0'
       and (i.warehouse_id = any($1::uuid[])) <> (o.warehouse_id = any($1::uuid[]))
     order by i.place limit 1) i
   order by o.place limit 1`,
)

/**
 * Returns the first overlap on a store between a claim of these warehouses and a claim of any other warehouse, or
 * null.
 */
export async function findStoreOverlap(
  tx: Queryable,
  warehouseIds: readonly string[],
  storeIdentity: string,
): Promise<StoreOverlap | null> {
  return (await tx.run<StoreOverlap>(overlap, [warehouseIds, storeIdentity]))[0] ?? null
}
