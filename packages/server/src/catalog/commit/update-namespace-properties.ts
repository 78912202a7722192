import type { Namespace } from '@headgate/iceberg/rest'
import { changeNamespaceProperties } from '../../store/namespaces.ts'
import { findNamespace } from '../find-namespace.ts'
import type { Warehouse } from '../warehouses.ts'
import { type CommitContext, toCommitRecord } from './commit-context.ts'
import type { CommitDeps } from './deps.ts'
import { done, moved, type Outcome } from './outcome.ts'

/** Request to set and remove properties of a namespace. */
export interface PropertiesChange {
  readonly removals: readonly string[]
  readonly updates: Readonly<Record<string, string>>
}

/** Keys of properties by result: set, removed, or not found (`UpdateNamespacePropertiesResponse`). */
export interface ChangedProperties {
  readonly updated: readonly string[]
  readonly removed: readonly string[]
  readonly missing: readonly string[]
}

/** Sets and removes properties of a namespace. */
export async function updateNamespaceProperties(
  deps: CommitDeps,
  context: CommitContext,
  warehouse: Warehouse,
  levels: Namespace,
  { removals, updates }: PropertiesChange,
): Promise<Outcome<ChangedProperties>> {
  const { found, decision } = await findNamespace(deps, context, warehouse, levels, 'modify')
  const record = toCommitRecord(context, decision, { relationId: null })
  const before = await changeNamespaceProperties(deps.sql, found.row.id, removals, updates, record)
  if (before === null) return moved
  return done({
    updated: Object.keys(updates),
    removed: removals.filter((key) => Object.hasOwn(before, key)),
    missing: removals.filter((key) => !Object.hasOwn(before, key)),
  })
}
