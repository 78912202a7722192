import { HeadgateError } from '@headgate/errors'
import { formatIdentifier, formatNamespace, type Namespace } from '@headgate/iceberg/rest'
import { splitLevels } from '../../namespace-path.ts'
import { writeRecord } from '../../store/commit-record.ts'
import {
  dropTree,
  lockTree,
  replaceProperties,
  type TreeNamespace,
  type TreeRelation,
} from '../../store/namespace-trees.ts'
import { lockPolicy } from '../../store/policies.ts'
import { tryTransaction } from '../../store/try-transaction.ts'
import { type ChangedObject, type CommitContext, toCommitRecord } from '../commit/commit-context.ts'
import { createNamespace, type NamespaceCreation } from '../commit/create-namespace.ts'
import type { CommitDeps } from '../commit/deps.ts'
import { done, moved, type Outcome } from '../commit/outcome.ts'
import { protectedError, relationTitles } from '../existing.ts'
import { findNamespace } from '../find-namespace.ts'
import { type FoundNamespace, lookUpNamespace } from '../namespaces.ts'
import type { Warehouse } from '../warehouses.ts'

/** Maximum number of namespaces, and of tables, that one request can drop. */
const maxDropped = 10_000

interface Tree {
  readonly namespaces: readonly TreeNamespace[]
  readonly relations: readonly TreeRelation[]
}

/**
 * Drops a namespace with all its child namespaces and Lance tables, in one transaction. The tables can be
 * restored until the end of their retention; then their files are deleted.
 *
 * @throws HeadgateError `protected` when one of the objects is protected; `namespace-not-empty` when the
 *   namespaces contain Iceberg tables or views, which Lance clients cannot see, or too many objects
 */
export async function dropNamespaceTree(
  deps: CommitDeps,
  context: CommitContext,
  warehouse: Warehouse,
  levels: Namespace,
): Promise<Outcome<void>> {
  return await dropContents(deps, context, { warehouse, levels, properties: null })
}

/**
 * Empties a namespace and replaces its properties. The namespace keeps its id, owner and grants. Creates the
 * namespace if it does not exist.
 *
 * @throws HeadgateError of `dropNamespaceTree` and `createNamespace`
 */
export async function replaceNamespaceTree(
  deps: CommitDeps,
  context: CommitContext,
  creation: NamespaceCreation,
): Promise<Outcome<void>> {
  const existing = await lookUpNamespace(deps, creation.warehouse, creation.levels)
  return existing === null
    ? await createNamespace(deps, context, creation)
    : await dropContents(deps, context, creation)
}

/**
 * @param properties new properties of the namespace, which is kept. Null when the namespace is dropped too
 */
async function dropContents(
  deps: CommitDeps,
  context: CommitContext,
  {
    warehouse,
    levels,
    properties,
  }: Omit<NamespaceCreation, 'properties'> & {
    readonly properties: NamespaceCreation['properties'] | null
  },
): Promise<Outcome<void>> {
  const { found, decision } = await findNamespace(deps, context, warehouse, levels, 'manage')
  const { id } = found.row
  const dropped = { principalId: context.identity.principal.id, retentionSeconds: warehouse.retentionSeconds }
  const isDropped = await tryTransaction(deps.sql, async (tx) => {
    const tree = await lockTree(tx, { id, warehouseId: warehouse.id }, maxDropped + 1)
    if (tree.namespaces.length === 0) return false
    checkTree(found, tree)
    const objects = changedObjects(warehouse, tree)
    const record = toCommitRecord(context, decision, { relationId: null }, objects)
    if (properties === null) await dropTree(tx, tree, dropped)
    else {
      const below = tree.namespaces.filter((namespace) => namespace.id !== id)
      await dropTree(tx, { ...tree, namespaces: below }, dropped)
      await replaceProperties(tx, id, properties)
    }
    await writeRecord(tx, record)
    return await lockPolicy(tx, decision.policyVersion)
  })
  return isDropped ? done(undefined) : moved
}

function checkTree({ levels }: FoundNamespace, { namespaces, relations }: Tree): void {
  for (const { protected: isProtected, path } of namespaces)
    if (isProtected) throw protectedError(`Namespace ${formatNamespace(splitLevels(path))}`)
  for (const { protected: isProtected, ...relation } of relations)
    if (isProtected) throw protectedError(`${relationTitles[relation.kind]} ${shownName(relation)}`)
  const other = relations.find(({ kind }) => kind !== 'lance-table')
  const name = formatNamespace(levels)
  if (other !== undefined)
    throw new HeadgateError(
      'namespace-not-empty',
      `Namespace ${name} contains Iceberg tables or views, which Lance clients do not show. Drop them with an Iceberg client, then try again.`,
    )
  if (namespaces.length > maxDropped || relations.length > maxDropped)
    throw new HeadgateError(
      'namespace-not-empty',
      `Namespace ${name} contains more than ${maxDropped} objects. Drop its child namespaces one after the other.`,
    )
}

function changedObjects(warehouse: Warehouse, { namespaces, relations }: Tree): readonly ChangedObject[] {
  return [
    ...namespaces.map(({ id, path }) => ({
      object: `${warehouse.name}:${formatNamespace(splitLevels(path))}`,
      securable: { kind: 'namespace', id } as const,
    })),
    ...relations.map((relation) => ({
      object: `${warehouse.name}:${shownName(relation)}`,
      securable: { kind: 'relation', id: relation.id } as const,
    })),
  ]
}

function shownName({ path, name }: Pick<TreeRelation, 'path' | 'name'>): string {
  return formatIdentifier({ namespace: splitLevels(path), name })
}
