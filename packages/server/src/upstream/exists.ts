import { missingRelation } from '../catalog/existing.ts'
import type { RelationRef } from '../catalog/target.ts'
import type { IcebergKind } from '../store/relations.ts'
import type { UpstreamCaller, UpstreamDeps } from './deps.ts'
import { confirmName } from './load.ts'

/** Checks that a table or view exists in the upstream catalog, and that the caller may see it. */
export async function checkRelationExists(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  ref: RelationRef,
  kind: IcebergKind,
  signal: AbortSignal,
): Promise<void> {
  const { isInherited } = await confirmName(deps, caller, ref, kind, 'use', signal)
  // If the decision depends on the row of the relation, `confirmName` has already loaded the relation and so confirmed
  // that it exists.
  if (!isInherited) return
  const upstream = await deps.upstreams.get(ref.warehouse, caller)
  const [exists, load] =
    kind === 'table' ? (['tableExists', 'loadTable'] as const) : (['viewExists', 'loadView'] as const)
  const id = (await upstream.offers(exists, signal)) ? exists : load
  const { identifier } = ref
  await upstream.call(
    { id, target: { identifier }, missing: () => missingRelation(kind, identifier) },
    signal,
  )
}
