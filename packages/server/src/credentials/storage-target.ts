import { relationChain } from '../access/chain.ts'
import { claimFor } from '../catalog/locations.ts'
import type { ResolvedName, Target } from '../catalog/target.ts'
import type { StorageTarget } from './storage-grant.ts'

/**
 * Returns the state of a committed table (`StorageTarget`) from which storage access is decided. The table was found by
 * its name.
 */
export function committedTarget({ namespaceId, chain, relation }: Target): StorageTarget {
  const { id, prefixes, notBefore, scanPlanning } = relation
  const table = { id, staged: false, namespaceId, scanPlanning }
  return { table, chain, prefixes: prefixes.split('\n'), revokedBefore: notBefore }
}

/** Table that has not been created yet. */
export interface NewTable {
  readonly id: string
  readonly staged: boolean
  /** All locations in the table metadata. */
  readonly locations: readonly string[]
}

/**
 * Returns the state (`StorageTarget`) from which storage access is decided for a table that a caller is about to create
 * or stage. The caller becomes its owner. For a staged table, the privilege is required on the namespace.
 */
export function newTarget(
  { warehouse, identifier, namespaceId, namespaceChain }: ResolvedName,
  { id, staged, locations }: NewTable,
  ownerId: string,
): StorageTarget {
  const chain = staged
    ? namespaceChain
    : relationChain(namespaceChain, id, ownerId, { kind: 'table', name: identifier.name })
  const { locations: prefixes } = claimFor(warehouse, locations)
  return { table: { id, staged, namespaceId }, chain, prefixes, revokedBefore: 0 }
}
