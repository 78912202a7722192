import { type Queryable, statement } from './sql.ts'
import type { RowVersion } from './relation-writes.ts'
import { permittedSql, type CommitRecord, recordSql, runWithRecord } from './commit-record.ts'

const ofNamespace = statement(
  'namespace_protect',
  `with written as (
     update namespace set protected = $2, updated_at = now() where id = $1 and (select version from policy) = $3 returning id),
   ${recordSql(4)}
   select id from written where ${permittedSql(3)}`,
)

/** Sets or clears the protection of a namespace. Returns false when it was deleted, or the policy version changed. */
export async function protectNamespace(
  sql: Queryable,
  id: string,
  wanted: boolean,
  record: CommitRecord,
): Promise<boolean> {
  return (await runWithRecord(sql, ofNamespace, [id, wanted], record)).length === 1
}

// The version of the relation does not change, so that a concurrent commit does not fail. The name is compared,
// because the right to this change depends on the namespace of the relation.
const ofRelation = statement(
  'relation_protect',
  `with written as (
     update relation set protected = $2, updated_at = now()
     where id = $1 and namespace_id = $3 and name = $4 and (select version from policy) = $5 returning id),
   ${recordSql(6)}
   select id from written where ${permittedSql(5)}`,
)

/**
 * Sets or clears the protection of a relation. Returns false when it was renamed or deleted, or the policy version
 * changed.
 */
export async function protectRelation(
  sql: Queryable,
  at: Pick<RowVersion, 'id' | 'namespaceId' | 'name'>,
  wanted: boolean,
  record: CommitRecord,
): Promise<boolean> {
  const values = [at.id, wanted, at.namespaceId, at.name]
  return (await runWithRecord(sql, ofRelation, values, record)).length === 1
}
