import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { formatNamespace, type Namespace } from '@headgate/iceberg/rest'
import { namespaceChain } from '../access/chain.ts'
import type { Chain } from '../access/privilege.ts'
import {
  changeNamespaceProperties,
  deleteNamespace,
  findNamespace,
  insertNamespace,
  type NamespaceRow,
} from '../store/namespaces.ts'
import type { Riders } from '../store/riders.ts'
import { isViolation } from '../store/violation.ts'
import { missingNamespace, protectedError } from './existing.ts'
import type { CatalogParts } from './parts.ts'
import { Stale } from './stale.ts'
import { type Warehouse, warehouseChain } from './warehouses.ts'

/** A namespace that was found. */
export interface FoundNamespace {
  readonly warehouse: Warehouse
  readonly levels: Namespace
  readonly row: NamespaceRow
  readonly chain: Chain
}

/** Null when it is not there. */
export async function lookUpNamespace(
  parts: CatalogParts,
  warehouse: Warehouse,
  levels: Namespace,
): Promise<FoundNamespace | null> {
  const row = await findNamespace(parts.sql, warehouse.id, levels)
  if (row === null) return null
  return { warehouse, levels, row, chain: namespaceChain(row, warehouseChain(warehouse), levels) }
}

export interface NamespaceCreation {
  readonly warehouse: Warehouse
  readonly parent: FoundNamespace | null
  readonly levels: Namespace
  readonly properties: Readonly<Record<string, string>>
  readonly ownerId: string
}

/** Creates a namespace below an existing one or the warehouse; its creator owns it. */
export async function createNamespace(
  parts: CatalogParts,
  creation: NamespaceCreation,
  riders: Riders,
): Promise<void> {
  const { warehouse, parent, levels, properties, ownerId } = creation
  const namespace = {
    id: randomUUID(),
    warehouseId: warehouse.id,
    parentId: parent?.row.id ?? null,
    levels,
    ownerId,
    properties,
  }
  try {
    if (!(await insertNamespace(parts.sql, namespace, riders))) throw new Stale()
  } catch (error) {
    if (isViolation(error, 'namespace_warehouse_id_path_key')) throw namespaceTaken(levels)
    if (isViolation(error, 'namespace_parent_id_fkey')) throw missingNamespace(levels.slice(0, -1))
    throw error
  }
}

function namespaceTaken(levels: Namespace): HeadgateError {
  return new HeadgateError('already-exists', `Namespace already exists: ${formatNamespace(levels)}`)
}

/** Drops an empty namespace; dropped relations that remember it do not count. */
export async function dropNamespace(
  parts: CatalogParts,
  { row, levels }: FoundNamespace,
  riders: Riders,
): Promise<void> {
  if (row.protected) throw protectedError(`Namespace ${formatNamespace(levels)}`)
  try {
    if (!(await deleteNamespace(parts.sql, row.id, riders))) throw new Stale()
  } catch (error) {
    if (isViolation(error, 'relation_namespace_id_fkey') || isViolation(error, 'namespace_parent_id_fkey'))
      throw new HeadgateError('namespace-not-empty', `Namespace ${formatNamespace(levels)} is not empty.`)
    throw error
  }
}

export interface PropertiesChange {
  readonly removals: readonly string[]
  readonly updates: Readonly<Record<string, string>>
}

/** What became of a change of properties (`UpdateNamespacePropertiesResponse`). */
export interface PropertiesOutcome {
  readonly updated: readonly string[]
  readonly removed: readonly string[]
  readonly missing: readonly string[]
}

export async function updateProperties(
  parts: CatalogParts,
  { row }: FoundNamespace,
  { removals, updates }: PropertiesChange,
  riders: Riders,
): Promise<PropertiesOutcome> {
  const before = await changeNamespaceProperties(parts.sql, row.id, removals, updates, riders)
  if (before === null) throw new Stale()
  return {
    updated: Object.keys(updates),
    removed: removals.filter((key) => Object.hasOwn(before, key)),
    missing: removals.filter((key) => !Object.hasOwn(before, key)),
  }
}
