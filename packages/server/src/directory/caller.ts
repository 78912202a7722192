import type { EngineLimits } from '../access/engine-limits.ts'
import { findMembershipPaths } from '../access/explain.ts'
import type { Policies } from '../access/policies.ts'
import type { Policy } from '../access/policy.ts'
import { listMemberships, nameSecurables } from '../store/explanations.ts'
import type { Sql } from '../store/sql.ts'
import { findSubject } from '../store/subjects.ts'

export type { FirstCalls } from '../store/engines.ts'

/** Facts about a caller that its token does not contain. */
export interface CallerDescription {
  readonly login: string | null
  /** Names of its groups at its issuer, without those that are too old to count. */
  readonly groups: readonly string[]
  /** Roles with the names of the groups and roles by which the caller has them. */
  readonly roles: readonly { readonly id: string; readonly name: string; readonly through: string[] }[]
  /** Names of the warehouses that the acting engine is limited to. Null: no engine, or no limit. */
  readonly engineWarehouses: readonly string[] | null
}

/** Describes the caller of a policy. */
export async function describeCaller(
  { sql, policies }: { readonly sql: Sql; readonly policies: Pick<Policies, 'groupAges'> },
  policy: Policy,
  principalId: string,
): Promise<CallerDescription> {
  const subject = await findSubject(sql, principalId, policies.groupAges)
  const paths = findMembershipPaths(policy, await listMemberships(sql, principalId))
  const roles = [...paths.values()].flatMap((path) => {
    const last = path.at(-1)
    const through = path.slice(0, -1).map(({ name }) => name)
    return last?.kind === 'role' ? [{ id: last.id, name: last.name, through }] : []
  })
  return {
    login: subject?.login ?? null,
    groups: subject?.groups ?? [],
    roles,
    engineWarehouses: policy.engine === null ? null : await nameWarehouses(sql, policy.engine),
  }
}

async function nameWarehouses(sql: Sql, { warehouses }: EngineLimits): Promise<readonly string[] | null> {
  if (warehouses === null) return null
  return (await nameSecurables(sql, [...warehouses])).map(({ name }) => name).toSorted()
}
