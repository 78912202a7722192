import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { formatNamespace, type Namespace } from '@headgate/iceberg/rest'
import type { Decision } from '../../access/decision.ts'
import type { CommitRecord } from '../../store/commit-record.ts'
import { insertNamespace } from '../../store/namespaces.ts'
import { isViolation } from '../../store/violation.ts'
import { missingNamespace } from '../existing.ts'
import { findNamespace } from '../find-namespace.ts'
import { authorizeWarehouse } from '../find-warehouse.ts'
import type { FoundNamespace } from '../namespaces.ts'
import type { Warehouse } from '../warehouses.ts'
import { type CommitContext, toCommitRecord } from './commit-context.ts'
import type { CommitDeps } from './deps.ts'
import { done, moved, type Outcome } from './outcome.ts'

/** Request to create a namespace. */
export interface NamespaceCreation {
  readonly warehouse: Warehouse
  readonly levels: Namespace
  readonly properties: Readonly<Record<string, string>>
}

/** Creates a namespace in the warehouse or below an existing namespace. The caller becomes its owner. */
export async function createNamespace(
  deps: CommitDeps,
  context: CommitContext,
  { warehouse, levels, properties }: NamespaceCreation,
): Promise<Outcome<void>> {
  const { parent, decision } = await authorizeParent(deps, context, warehouse, levels)
  context.audit.object = `${warehouse.name}:${formatNamespace(levels)}`
  const record = toCommitRecord(context, decision, { relationId: null })
  const place = { parent, ownerId: context.identity.principal.id }
  return (await writeNamespace(deps, { warehouse, levels, properties }, place, record))
    ? done(undefined)
    : moved
}

/**
 * Location of a new namespace in the hierarchy, and its owner. The parent is null for a namespace at the top
 * level of the warehouse.
 */
export interface NamespacePlace {
  readonly parent: FoundNamespace | null
  readonly ownerId: string
}

/**
 * Writes the row of a namespace for a caller that is already authorized to create it. Returns false when the
 * policy version changed.
 *
 * @throws HeadgateError `already-exists`, or `no-such-namespace` when the parent was dropped
 */
export async function writeNamespace(
  { sql }: Pick<CommitDeps, 'sql'>,
  { warehouse, levels, properties }: NamespaceCreation,
  { parent, ownerId }: NamespacePlace,
  record: CommitRecord,
): Promise<boolean> {
  const namespace = {
    id: randomUUID(),
    warehouseId: warehouse.id,
    parentId: parent?.row.id ?? null,
    levels,
    ownerId,
    properties,
  }
  try {
    return await insertNamespace(sql, namespace, record)
  } catch (error) {
    if (isViolation(error, 'namespace_warehouse_id_path_key'))
      throw new HeadgateError(
        'namespace-already-exists',
        `Namespace already exists: ${formatNamespace(levels)}`,
      )
    if (isViolation(error, 'namespace_parent_id_fkey')) throw missingNamespace(levels.slice(0, -1))
    throw error
  }
}

async function authorizeParent(
  deps: CommitDeps,
  context: CommitContext,
  warehouse: Warehouse,
  levels: Namespace,
): Promise<{ readonly parent: FoundNamespace | null; readonly decision: Decision }> {
  if (levels.length === 1) return { parent: null, decision: authorizeWarehouse(context, warehouse, 'create') }
  const parent = levels.slice(0, -1)
  const { found, decision } = await findNamespace(deps, context, warehouse, parent, 'create')
  return { parent: found, decision }
}
