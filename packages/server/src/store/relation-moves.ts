import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'
import { randomVersionSql } from './random-version.ts'
import { type Standing, standingSql, standingValues } from './relation-writes.ts'
import { retireSql } from './retired-claims.ts'
import { permittedSql, type Riders, ridersSql, runWithRiders } from './riders.ts'

/** SQL: a relation is in the state of the first five parameters, and the policy has the version of parameter `$n`. */
function standing(n: number): string {
  return `${standingSql} and (select version from policy) = $${n}`
}

const drop = statement(
  'relation_drop',
  `with written as (
     update relation set version = version + 1, namespace_id = null, namespace_path = $6, dropped_at = now(), dropped_by = $7,
       dropped_lineage = (select n.lineage from namespace n where n.id = $3), expires_at = now() + make_interval(secs => $8), purge = $9
     where ${standing(10)} and not protected returning id),
   ${ridersSql(11)}
   select id from written where ${permittedSql(10)}`,
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
  `with written as (delete from relation where ${standing(6)} and not protected returning id),
   ungranted as (delete from grant_entry g using written where g.securable_id = written.id returning 1),
   ${retireSql('written')},
   ${ridersSql(7)}
   select id from written where ${permittedSql(6, ['kept', 'ungranted', 'retired'])}`,
)

/** Deletes a relation at once. Its files stay, and its places are retired. False: something moved or it is protected. */
export async function deleteRelation(sql: Queryable, at: Standing, riders: Riders): Promise<boolean> {
  return (await runWithRiders(sql, remove, standingValues(at), riders)).length === 1
}

const rename = statement(
  'relation_rename',
  `with written as (
     update relation set version = version + 1, namespace_id = $6, name = $7, updated_at = now() where ${standing(8)} returning id),
   ${ridersSql(9)},
   permitted as materialized (select id from written where ${permittedSql(8)}),
   bumped as (
     update policy set version = ${randomVersionSql}
     from permitted where $6::uuid <> $3::uuid and exists (select from grant_entry g where g.securable_id = permitted.id)
     returning pg_notify('headgate', 'policy:' || version))
   select id from permitted`,
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
