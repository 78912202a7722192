import type { EngineLimits } from '../access/engine-limits.ts'
import { findMembershipPaths } from '../access/explain.ts'
import type { Policies } from '../access/policies.ts'
import type { Policy } from '../access/policy.ts'
import { listMemberships, nameSecurables } from '../store/explanations.ts'
import type { Sql } from '../store/sql.ts'
import { findSubject } from '../store/subjects.ts'

export type { FirstCalls } from '../store/engines.ts'

/** Facts about a caller that are not in its token. */
export interface CallerDescription {
  readonly login: string | null
  /** Names of the caller's groups at its issuer. Groups from a token that is too old are not included. */
  readonly groups: readonly string[]
  /** Roles of the caller, each with the names of the groups and roles through which the caller has the role. */
  readonly roles: readonly { readonly id: string; readonly name: string; readonly through: string[] }[]
  /**
   * Names of the warehouses to which the acting engine is limited. Null when no engine acts, or when its entry has no
   * such limit.
   */
  readonly engineWarehouses: readonly string[] | null
}

/** Returns the description of a caller for its policy. */
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
