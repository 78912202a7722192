import { decide } from '../access/decide.ts'
import type { RelationKind } from '../store/relations.ts'
import { type Caller, policyAt } from './caller.ts'
import { authorizeRelation, type FindDeps, lookUp } from './find-relation.ts'
import { type RelationRef, toResolvedName } from './target.ts'

/**
 * Decides whether the caller may commit to the table or view with a name. A commit to an existing relation
 * requires `modify` on the relation. A commit that creates a table requires `create` on the namespace.
 */
export async function authorizeCommit(
  deps: FindDeps,
  caller: Caller,
  ref: RelationRef,
  kind: RelationKind,
): Promise<void> {
  const found = await lookUp(deps, ref, 'none')
  const name = toResolvedName(ref, found.resolved)
  if (kind === 'table' && name !== null) {
    const policy = await policyAt(deps, caller, found.resolved.policyVersion)
    if (decide(policy, name.namespaceChain, 'create').outcome === 'allow') return
  }
  await authorizeRelation(deps, caller, found, kind, 'modify')
}
