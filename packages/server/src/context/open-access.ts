import type { Registry } from 'prom-client'
import { observeCedar } from '../access/cedar/cedar-metrics.ts'
import { openCedar } from '../access/cedar/open-cedar.ts'
import { Policies } from '../access/policies.ts'
import type { ContextOptions } from '../context-options.ts'
import { bumpPolicy, type GroupAges } from '../store/policies.ts'

/** Opens the cache of policies. If Cedar policies are configured, every decision also evaluates them. */
export async function openAccess(
  options: ContextOptions,
  stack: AsyncDisposableStack,
  registry: Registry,
): Promise<{ readonly policies: Policies; readonly groupAges: GroupAges }> {
  const { sql, log, cedarPolicies: path, policyMaxAgeMs: maxAgeMs } = options
  const groupAges = Object.fromEntries(
    options.issuers.map(({ issuer, groupsMaxAgeMs }) => [issuer, groupsMaxAgeMs / 1_000]),
  )
  if (path === null)
    return { policies: stack.use(await Policies.open({ sql, maxAgeMs, groupAges })), groupAges }
  // Every replica reads the policy files itself. A new policy version invalidates the decisions that replicas cached.
  const onChange = async (): Promise<void> => policies.saw(await sql.transaction((tx) => bumpPolicy(tx)))
  const cedar = stack.use(await openCedar({ path, log, onChange }))
  observeCedar(registry, cedar)
  const { authorizer } = cedar
  const policies: Policies = stack.use(await Policies.open({ sql, maxAgeMs, groupAges, authorizer }))
  return { policies, groupAges }
}
