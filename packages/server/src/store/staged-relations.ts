import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'
import { permittedSql, type Riders, ridersSql, runWithRiders } from './riders.ts'

/** A table that is being created: its id is reserved, its location is known to be ours, nothing else is there. */
export interface StagedRelation {
  readonly id: string
  readonly warehouseId: string
  readonly path: string
  readonly name: string
  readonly uuid: string
  /** Canonical, ending in `/`. */
  readonly location: string
  /** All that it may write to, canonical, each ending in `/`. */
  readonly prefixes: readonly string[]
  readonly principalId: string
}

const insert = statement(
  'staged_insert',
  `with written as (
     insert into staged_relation (id, warehouse_id, namespace_path, name, uuid, location, principal_id, prefixes)
     select $1, $2, $3, $4, $5, $6, $7, $8::text[] where (select version from policy) = $9 returning id),
   ${ridersSql(10)}
   select id from written where ${permittedSql(9)}`,
)

/** False: the policy moved. */
export async function insertStaged(sql: Queryable, staged: StagedRelation, riders: Riders): Promise<boolean> {
  const { id, warehouseId, path, name, uuid, location, principalId, prefixes } = staged
  const values = [id, warehouseId, path, name, uuid, location, principalId, prefixes]
  return (await runWithRiders(sql, insert, values, riders)).length === 1
}

const find = statement(
  'staged_find',
  `select id from staged_relation
   where location = $1 and warehouse_id = $2 and namespace_path = $3 and name = $4
   order by uuid = $5 desc, created_at desc limit 1`,
)

/**
 * The reservation that a commit of a staged create belongs to: same name, same location. When several staged the same,
 * the uuid tells them apart.
 */
export async function findStaged(
  sql: Queryable,
  key: Pick<StagedRelation, 'warehouseId' | 'path' | 'name' | 'location'> & { readonly uuid: string | null },
): Promise<{ readonly id: string } | null> {
  const rows = await sql.run<{ id: string }>(find, [
    key.location,
    key.warehouseId,
    key.path,
    key.name,
    key.uuid,
  ])
  return rows[0] ?? null
}

const byId = statement('staged_by_id', 'select uuid, location from staged_relation where id = $1')

/** What a repeated stage-create must give again. */
export async function findStagedById(
  sql: Queryable,
  id: string,
): Promise<Pick<StagedRelation, 'uuid' | 'location'> | null> {
  return (await sql.run<Pick<StagedRelation, 'uuid' | 'location'>>(byId, [id]))[0] ?? null
}
