import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'
import type { Standing } from './relation-writes.ts'
import { insertAuditSql, insertIdempotencySql, riderValues, type Riders } from './riders.ts'

const standing = `id = $1 and version = $2 and namespace_id = $3 and name = $4 and (select version from policy) = $5`

function standingValues({ id, version, namespaceId, name }: Standing, riders: Riders): unknown[] {
  return [id, version, namespaceId, name, riders.policyVersion]
}

const drop = statement(
  'relation_drop',
  `with written as (
     update relation set version = version + 1, namespace_id = null, namespace_path = $6, dropped_at = now(), dropped_by = $7,
       expires_at = now() + make_interval(secs => $8), purge = $9
     where ${standing} and not protected returning id),
   audited as (${insertAuditSql(10, 'written')}), kept as (${insertIdempotencySql(11, 'written')})
   select id from written`,
)

export interface Drop {
  readonly standing: Standing
  readonly path: string
  readonly principalId: string
  readonly retentionSeconds: number
  readonly purge: boolean
}

/** Takes the name away and keeps the row until its retention ends. False: something moved or it is protected. */
export async function dropRelation(sql: Queryable, change: Drop, riders: Riders): Promise<boolean> {
  const values = [change.path, change.principalId, change.retentionSeconds, change.purge]
  return (
    (await sql.run(drop, [...standingValues(change.standing, riders), ...values, ...riderValues(riders)]))
      .length === 1
  )
}

const remove = statement(
  'relation_delete',
  `with written as (delete from relation where ${standing} and not protected returning id),
   ungranted as (delete from grant_entry g using written where g.securable_id = written.id),
   audited as (${insertAuditSql(6, 'written')}), kept as (${insertIdempotencySql(7, 'written')})
   select id from written`,
)

/** Forgets a relation at once; its files stay. False: something moved or it is protected. */
export async function deleteRelation(sql: Queryable, at: Standing, riders: Riders): Promise<boolean> {
  return (await sql.run(remove, [...standingValues(at, riders), ...riderValues(riders)])).length === 1
}

const rename = statement(
  'relation_rename',
  `with written as (
     update relation set version = version + 1, namespace_id = $6, name = $7, updated_at = now() where ${standing} returning id),
   bumped as (
     update policy set version = version + 1
     from written where $6::uuid <> $3::uuid and exists (select from grant_entry g where g.securable_id = written.id)
     returning pg_notify('headgate', 'policy:' || version)),
   audited as (${insertAuditSql(8, 'written')}), kept as (${insertIdempotencySql(9, 'written')})
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
  const values = [...standingValues(at, riders), to.namespaceId, to.name, ...riderValues(riders)]
  return (await sql.run(rename, values)).length === 1
}
