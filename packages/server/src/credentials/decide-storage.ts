import { decide } from '../access/decide.ts'
import type { Decision } from '../access/decision.ts'
import type { Policies } from '../access/policies.ts'
import type { Policy } from '../access/policy.ts'
import { decideThroughViews, maxViews, type ViewLink } from '../access/through-views.ts'
import type { Reads } from './reads.ts'
import { type Live, privilegeFor, viewChain } from './standing.ts'
import type { Access } from './vendor.ts'

interface Asked {
  readonly policy: Policy
  readonly live: Live
  readonly access: Access
  readonly warehouseId: string
  /** Ids of the views that it was handed out through. */
  readonly through: readonly string[] | undefined
}

/**
 * Decides again what was decided when storage access was handed out: by the principal's own right, or by those of the
 * definers of the views that it reads through, as both are now.
 */
export async function decideStorage(
  parts: { readonly policies: Policies; readonly reads: Reads },
  { policy, live, access, warehouseId, through = [] }: Asked,
): Promise<Decision> {
  const decision = decide(policy, live.chain, privilegeFor(live, access))
  if (decision.outcome === 'allow' || through.length === 0) return decision
  if (access !== 'read' || live.staged || through.length > maxViews) return decision
  const links = await Promise.all(through.map((id) => linkOf(parts, id, warehouseId)))
  const complete = links.filter((link) => link !== null)
  if (complete.length < links.length) return decision
  const read = decideThroughViews(policy, complete, live.chain)
  return read.outcome === 'allow' ? read : decision
}

async function linkOf(
  { policies, reads }: { readonly policies: Policies; readonly reads: Reads },
  viewId: string,
  warehouseId: string,
): Promise<ViewLink | null> {
  const standing = await reads.standing({ relationId: viewId, warehouseId, name: null })
  const chain = viewChain(standing, viewId, warehouseId)
  if (chain === null || standing.relation === null) return null
  const { definerId } = standing.relation
  return { chain, definer: await policies.ofPrincipal(definerId, standing.policyVersion) }
}
