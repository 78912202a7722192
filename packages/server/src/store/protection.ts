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

/**
 * Sets or clears the protection of a namespace. Returns false when the namespace was deleted, or when the policy
 * version changed.
 */
export async function protectNamespace(
  sql: Queryable,
  id: string,
  wanted: boolean,
  record: CommitRecord,
): Promise<boolean> {
  return (await runWithRecord(sql, ofNamespace, [id, wanted], record)).length === 1
}

// The statement does not change the version of the relation, so that a concurrent commit does not fail. It
// compares the namespace and the name, because the right to change the protection depends on the namespace of
// the relation.
const ofRelation = statement(
  'relation_protect',
  `with written as (
     update relation set protected = $2, updated_at = now()
     where id = $1 and namespace_id = $3 and name = $4 and (select version from policy) = $5 returning id),
   ${recordSql(6)}
   select id from written where ${permittedSql(5)}`,
)

/**
 * Sets or clears the protection of a relation. Returns false when the relation was renamed or deleted, or when the
 * policy version changed.
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
