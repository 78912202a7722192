import { type Queryable, statement } from './sql.ts'
import type { Standing } from './relation-writes.ts'
import { permittedSql, type Riders, ridersSql, runWithRiders } from './riders.ts'

const ofNamespace = statement(
  'namespace_protect',
  `with written as (
     update namespace set protected = $2, updated_at = now() where id = $1 and (select version from policy) = $3 returning id),
   ${ridersSql(4)}
   select id from written where ${permittedSql(3)}`,
)

/** Sets or clears the protection of a namespace. False: it went, or the policy moved. */
export async function protectNamespace(
  sql: Queryable,
  id: string,
  wanted: boolean,
  riders: Riders,
): Promise<boolean> {
  return (await runWithRiders(sql, ofNamespace, [id, wanted], riders)).length === 1
}

// The version stays: a commit that is under way must not fail because of this. The name is checked, since the caller's
// right to do this was decided by where the relation stands.
const ofRelation = statement(
  'relation_protect',
  `with written as (
     update relation set protected = $2, updated_at = now()
     where id = $1 and namespace_id = $3 and name = $4 and (select version from policy) = $5 returning id),
   ${ridersSql(6)}
   select id from written where ${permittedSql(5)}`,
)

/** Sets or clears the protection of a relation. False: it moved or went, or the policy moved. */
export async function protectRelation(
  sql: Queryable,
  at: Pick<Standing, 'id' | 'namespaceId' | 'name'>,
  wanted: boolean,
  riders: Riders,
): Promise<boolean> {
  const values = [at.id, wanted, at.namespaceId, at.name]
  return (await runWithRiders(sql, ofRelation, values, riders)).length === 1
}
