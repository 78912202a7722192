import { HeadgateError } from '@headgate/errors'
import { formatNamespace, type Namespace } from '@headgate/iceberg/rest'
import type { CommitRecord } from '../../store/commit-record.ts'
import { deleteNamespace } from '../../store/namespaces.ts'
import { isViolation } from '../../store/violation.ts'
import type { CatalogDeps } from '../deps.ts'
import { protectedError } from '../existing.ts'
import { findNamespace } from '../find-namespace.ts'
import type { FoundNamespace } from '../namespaces.ts'
import type { Warehouse } from '../warehouses.ts'
import { type CommitContext, toCommitRecord } from './commit-context.ts'
import type { CommitDeps } from './deps.ts'
import { done, moved, type Outcome } from './outcome.ts'

/** Drops the namespace with a path; see `dropFoundNamespace`. */
export async function dropNamespace(
  deps: CommitDeps,
  context: CommitContext,
  warehouse: Warehouse,
  levels: Namespace,
): Promise<Outcome<void>> {
  const { found, decision } = await findNamespace(deps, context, warehouse, levels, 'manage')
  return await dropFoundNamespace(deps, found, toCommitRecord(context, decision, { relationId: null }))
}

/**
 * Drops a namespace that contains no tables, views or child namespaces. Dropped relations that were in the
 * namespace do not prevent this.
 */
export async function dropFoundNamespace(
  { sql }: Pick<CatalogDeps, 'sql'>,
  { row, levels }: FoundNamespace,
  record: CommitRecord,
): Promise<Outcome<void>> {
  if (row.protected) throw protectedError(`Namespace ${formatNamespace(levels)}`)
  try {
    return (await deleteNamespace(sql, row.id, record)) ? done(undefined) : moved
  } catch (error) {
    if (isViolation(error, 'relation_namespace_id_fkey') || isViolation(error, 'namespace_parent_id_fkey'))
      throw new HeadgateError(
        'namespace-not-empty',
        `Namespace ${formatNamespace(levels)} is not empty: drop its tables, views and namespaces first.`,
      )
    throw error
  }
}
