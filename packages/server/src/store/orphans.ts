import { type Queryable, statement } from './sql.ts'
import type { ClaimedPlaces } from './location-claims.ts'
import { retireSql } from './retired-claims.ts'
import { permittedSql, type Riders, ridersSql, runWithRiders } from './riders.ts'

/** A table that somebody began to create and never finished. `createdAt` is epoch ms. */
export interface AbandonedCreate {
  readonly id: string
  readonly path: string
  readonly name: string
  /** Canonical, ending in `/`. */
  readonly location: string
  /** Further places that were promised to it, canonical, each ending in `/`; its location may be among them. */
  readonly prefixes: readonly string[]
  readonly principalId: string
  readonly createdAt: number
}

const columns = `s.id, s.namespace_path as path, s.name, s.location, s.prefixes, s.principal_id as "principalId", s.created_at as "createdAt"`

const page = statement(
  'abandoned_page',
  `select ${columns} from staged_relation s
   where s.warehouse_id = $1 and s.created_at < now() - make_interval(secs => $2) and ($3::uuid is null or s.id > $3)
   order by s.id limit $4`,
)

/** Creates of a warehouse that were begun longer than `seconds` ago, in order of id after `after`. */
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
/** Seconds for which a request that clears holds the places of the create. */
const clearingSeconds = 3_600
const mark = statement(
  'abandoned_mark',
  `with marked as (update staged_relation set clearing = true where id = $1 returning id, warehouse_id)
   insert into location_claim (owner_id, warehouse_id, kind, location, place, ends_at)
   select m.id, m.warehouse_id, 'staged', p.location, p.place, now() + make_interval(secs => ${clearingSeconds})
   from marked m, unnest($2::text[], $3::text[]) p(location, place)
   on conflict (owner_id, location) do update
   set kind = 'staged', ends_at = greatest(location_claim.ends_at, excluded.ends_at)
   where location_claim.ends_at is not null`,
)

/** Returns an abandoned create, and holds it until the transaction ends. Null: it is gone, or not that old. */
export async function lockAbandonedCreate(
  tx: Queryable,
  at: { readonly id: string; readonly warehouseId: string; readonly seconds: number },
): Promise<AbandonedCreate | null> {
  return (await tx.run<AbandonedCreate>(lock, [at.id, at.warehouseId, at.seconds]))[0] ?? null
}

/**
 * Marks an abandoned create as being cleared: from now on it cannot be finished, and its tokens are refused. Claims its
 * places again, because those of an ended reservation can be free. Call under `lockLocations`.
 */
export async function markClearing(
  tx: Queryable,
  id: string,
  { locations, places }: Pick<ClaimedPlaces, 'locations' | 'places'>,
): Promise<void> {
  await tx.run(mark, [id, locations, places])
}

const remove = statement(
  'abandoned_delete',
  `with written as (delete from staged_relation where id = $1 and (select version from policy) = $2 returning id),
   ${retireSql('written')},
   ${ridersSql(3)}
   select id from written where ${permittedSql(2, ['kept', 'retired'])}`,
)

/** Deletes an abandoned create; its places are retired. False: it is gone, or the policy moved. */
export async function deleteAbandonedCreate(sql: Queryable, id: string, riders: Riders): Promise<boolean> {
  return (await runWithRiders(sql, remove, [id], riders)).length === 1
}
