import { type Queryable, statement } from './sql.ts'
import type { ClaimedPlaces } from './location-claims.ts'
import { retireSql } from './retired-claims.ts'
import { permittedSql, type CommitRecord, recordSql, runWithRecord } from './commit-record.ts'
import { homeSql } from './store-name.ts'

/**
 * Abandoned reservation: the reservation of a staged table whose creation was never completed. `createdAt` is
 * epoch ms.
 */
export interface AbandonedCreate {
  readonly id: string
  readonly path: string
  readonly name: string
  /** Canonical location of the staged table, ending in `/`. */
  readonly location: string
  /**
   * Canonical locations that the reservation claims, each ending in `/`. Does not include locations that were
   * released after the end of the reservation, because other owners may have written the files at these locations.
   */
  readonly prefixes: readonly string[]
  readonly principalId: string
  readonly createdAt: number
}

const columns = `s.id, s.namespace_path as path, s.name, s.location,
  array(select c.location::text from location_claim c where c.owner_id = s.id order by c.location) as prefixes, s.principal_id as "principalId", s.created_at as "createdAt"`

const page = statement(
  'abandoned_page',
  `select ${columns} from staged_relation s
   where s.warehouse_id = $1 and s.created_at < now() - make_interval(secs => $2) and ($3::uuid is null or s.id > $3)
   order by s.id limit $4`,
)

/** Returns reservations of a warehouse that are older than `seconds` and whose id follows `after`, in order of id. */
export function listAbandonedCreates(
  sql: Queryable,
  warehouseId: string,
  filter: { readonly seconds: number; readonly after: string | null; readonly limit: number },
): Promise<AbandonedCreate[]> {
  return sql.run<AbandonedCreate>(page, [warehouseId, filter.seconds, filter.after, filter.limit])
}

const lock = statement(
  'abandoned_lock',
  `select ${columns} from staged_relation s
   where s.id = $1 and s.warehouse_id = $2 and (s.clearing or s.created_at < now() - make_interval(secs => $3)) for update`,
)
/**
 * Time in seconds for which a cleanup request claims the locations of a reservation, so that no new table can use
 * them while the files are deleted.
 */
const clearingSeconds = 3_600
const mark = statement(
  'abandoned_mark',
  `with ${homeSql(4, 5)},
   marked as (
     update staged_relation s set clearing = true from home h where s.id = $1 and s.warehouse_id = h.id
     returning s.id, s.warehouse_id),
   claimed as (
     insert into location_claim (owner_id, warehouse_id, kind, location, place, ends_at)
     select m.id, m.warehouse_id, 'staged', p.location, p.place, now() + make_interval(secs => ${clearingSeconds})
     from marked m, unnest($2::text[], $3::text[]) p(location, place)
     on conflict (owner_id, location) do update
     set kind = 'staged', ends_at = greatest(location_claim.ends_at, excluded.ends_at)
     where location_claim.ends_at is not null or location_claim.kind = 'retired')
   select id from marked`,
)

/**
 * Returns an abandoned reservation and locks it until the transaction ends. Returns null when the reservation does
 * not exist any more, or when it is not old enough.
 */
export async function lockAbandonedCreate(
  tx: Queryable,
  at: { readonly id: string; readonly warehouseId: string; readonly seconds: number },
): Promise<AbandonedCreate | null> {
  return (await tx.run<AbandonedCreate>(lock, [at.id, at.warehouseId, at.seconds]))[0] ?? null
}

/**
 * Marks a reservation before its files are deleted, so that its table cannot be created any more and the server
 * refuses its storage tokens. Also claims the locations of the reservation again, because those of an expired
 * reservation may have been released. Call after `lockLocations`. Returns false when the store of the warehouse has
 * another name than `storeName`.
 */
export async function markClearing(
  tx: Queryable,
  { id, warehouseId }: { readonly id: string; readonly warehouseId: string },
  { locations, places, storeName }: Omit<ClaimedPlaces, 'ancestors'>,
): Promise<boolean> {
  return (await tx.run(mark, [id, locations, places, warehouseId, storeName])).length === 1
}

const remove = statement(
  'abandoned_delete',
  `with written as (delete from staged_relation where id = $1 and (select version from policy) = $2 returning id, created_at),
   ${retireSql('written')},
   ${recordSql(3)}
   select id from written where ${permittedSql(2, ['idempotency_row', 'retired'])}`,
)

/**
 * Deletes an abandoned reservation and retires its locations. Returns false when the reservation does not exist any
 * more, or when the policy version changed.
 */
export async function deleteAbandonedCreate(
  sql: Queryable,
  id: string,
  record: CommitRecord,
): Promise<boolean> {
  return (await runWithRecord(sql, remove, [id], record)).length === 1
}
