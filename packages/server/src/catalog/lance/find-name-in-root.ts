import { isHeadgateError } from '@headgate/errors'
import type { Authorized } from '../authorized.ts'
import type { CommitContext } from '../commit/commit-context.ts'
import { createNamespace } from '../commit/create-namespace.ts'
import type { CommitDeps } from '../commit/deps.ts'
import { findNameToCreate } from '../find-name.ts'
import { valueOrStale } from '../stale.ts'
import type { RelationRef, ResolvedName } from '../target.ts'
import { rootNamespace } from './root-namespace.ts'

/**
 * Finds a name in a namespace in which the caller may create tables, as `findNameToCreate` does. If the
 * namespace is the one for tables of the Lance root (`default`) and does not exist, first creates it; this
 * requires the right to create namespaces in the warehouse.
 */
export async function findNameInRoot(
  deps: CommitDeps,
  context: CommitContext,
  ref: RelationRef,
): Promise<Authorized<ResolvedName>> {
  const { warehouse, identifier } = ref
  const { namespace } = identifier
  try {
    return await findNameToCreate(deps, context, ref)
  } catch (error) {
    if (!isHeadgateError(error, 'no-such-namespace') || !isRoot(namespace)) throw error
  }
  try {
    valueOrStale(await createNamespace(deps, context, { warehouse, levels: namespace, properties: {} }))
  } catch (error) {
    // Another request created the namespace in the meantime.
    if (!isHeadgateError(error, 'namespace-already-exists')) throw error
  }
  return await findNameToCreate(deps, context, ref)
}

function isRoot(levels: readonly string[]): boolean {
  return levels.length === 1 && levels[0] === rootNamespace
}
