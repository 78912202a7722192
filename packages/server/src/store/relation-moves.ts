import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'
import type { Standing } from './relation-writes.ts'
import { type Riders, ridersSql, runWithRiders } from './riders.ts'

/** SQL: a relation stands where the first four parameters say, and the policy is of the version of parameter `$n`. */
function standing(n: number): string {
  return `id = $1 and version = $2 and namespace_id = $3 and name = $4 and (select version from policy) = $${n}`
}

function standingValues({ id, version, namespaceId, name }: Standing): unknown[] {
  return [id, version, namespaceId, name]
}

const drop = statement(
  'relation_drop',
  `with written as (
     update relation set version = version + 1, namespace_id = null, namespace_path = $5, dropped_at = now(), dropped_by = $6,
       dropped_lineage = (select n.lineage from namespace n where n.id = $3), expires_at = now() + make_interval(secs => $7), purge = $8
     where ${standing(9)} and not protected returning id),
   ${ridersSql(10)}
   select id from written`,
)

export interface Drop {
  readonly standing: Standing
  readonly path: string
  readonly principalId: string
  readonly retentionSeconds: number
  readonly purge: boolean
}

/**
 * Removes the name and keeps the row, with the ids of its namespaces, until its retention ends. False: something moved or
 * it is protected.
 */
export async function dropRelation(sql: Queryable, change: Drop, riders: Riders): Promise<boolean> {
  const { path, principalId, retentionSeconds, purge } = change
  const values = [...standingValues(change.standing), path, principalId, retentionSeconds, purge]
  return (await runWithRiders(sql, drop, values, riders)).length === 1
}

const remove = statement(
  'relation_delete',
  `with written as (delete from relation where ${standing(5)} and not protected returning id),
   ungranted as (delete from grant_entry g using written where g.securable_id = written.id),
   ${ridersSql(6)}
   select id from written`,
)

/** Forgets a relation at once; its files stay. False: something moved or it is protected. */
export async function deleteRelation(sql: Queryable, at: Standing, riders: Riders): Promise<boolean> {
  return (await runWithRiders(sql, remove, standingValues(at), riders)).length === 1
}

const rename = statement(
  'relation_rename',
  `with written as (
     update relation set version = version + 1, namespace_id = $5, name = $6, updated_at = now() where ${standing(7)} returning id),
   bumped as (
     update policy set version = version + 1
     from written where $5::uuid <> $3::uuid and exists (select from grant_entry g where g.securable_id = written.id)
     returning pg_notify('headgate', 'policy:' || version)),
   ${ridersSql(8)}
   select id from written`,
)

/**
 * Who holds a grant on the relation itself may pass through its namespaces, so a move with such grants moves the policy.
 * False: something moved. Throws the violation when the name is taken or the namespace went. */
export async function renameRelation(
  sql: Queryable,
  at: Standing,
  to: { readonly namespaceId: string; readonly name: string },
  riders: Riders,
): Promise<boolean> {
  const values = [...standingValues(at), to.namespaceId, to.name]
  return (await runWithRiders(sql, rename, values, riders)).length === 1
}
