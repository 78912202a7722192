import { chainBelow, namespaceChain } from '../access/chain.ts'
import type { Chain, Privilege } from '../access/privilege.ts'
import { checkLocations } from '../catalog/locations.ts'
import { type Warehouse, warehouseChain } from '../catalog/warehouses.ts'
import type { RelationStanding } from '../store/relation-standings.ts'
import type { Access } from './vendor.ts'

/** Why something that was handed out does not hold any more. For the log and the audit. */
export type StandingRefusal =
  | 'warehouse gone'
  | 'warehouse revoked'
  | 'relation gone'
  | 'relation revoked'
  | 'not a table'
  | 'dropped'
  | 'namespace gone'

/** A table that stands, or is being created, with what decides about its storage. */
export interface Live {
  readonly staged: boolean
  readonly namespaceId: string
  /** The object that rights are needed on: the table, or the namespace it is being created in. */
  readonly chain: Chain
  readonly prefixes: readonly string[]
  /** The latest of the moments before which handed-out access is over. */
  readonly notBefore: number
}

/**
 * What the store says about a table that something was handed out for at `issuedAt` (epoch ms). Pure.
 *
 * A moment of revocation is kept to the millisecond, cut off: what was handed out within it counts as before.
 */
export function liveStanding(
  standing: RelationStanding,
  relationId: string,
  warehouseId: string,
  issuedAt: number,
): { readonly ok: true; readonly value: Live } | { readonly ok: false; readonly reason: StandingRefusal } {
  const { warehouse, relation, staged } = standing
  if (warehouse === null) return refused('warehouse gone')
  if (issuedAt <= warehouse.notBefore) return refused('warehouse revoked')
  const top = warehouseChain({ id: warehouseId, ownerId: warehouse.ownerId })
  if (relation !== null) {
    if (relation.kind !== 'table') return refused('not a table')
    if (relation.namespace === null) return refused('dropped')
    if (issuedAt <= relation.notBefore) return refused('relation revoked')
    return {
      ok: true,
      value: {
        staged: false,
        namespaceId: relation.namespace.id,
        chain: chainBelow(namespaceChain(relation.namespace, top), relationId, relation.ownerId),
        prefixes: relation.prefixes,
        notBefore: Math.max(relation.notBefore, warehouse.notBefore),
      },
    }
  }
  if (staged === null) return refused('relation gone')
  if (staged.namespace === null) return refused('namespace gone')
  return {
    ok: true,
    value: {
      staged: true,
      namespaceId: staged.namespace.id,
      chain: namespaceChain(staged.namespace, top),
      prefixes: staged.prefixes,
      notBefore: warehouse.notBefore,
    },
  }
}

/** Where a view stands; null: it does not any more. */
export function viewChain(standing: RelationStanding, viewId: string, warehouseId: string): Chain | null {
  const { warehouse, relation } = standing
  if (warehouse === null || relation?.kind !== 'view' || relation.namespace === null) return null
  const top = warehouseChain({ id: warehouseId, ownerId: warehouse.ownerId })
  return chainBelow(namespaceChain(relation.namespace, top), viewId, relation.ownerId)
}

/** Whether the warehouse allows all of these places now: it may have been narrowed since they were chosen. */
export function areAllowed(warehouse: Warehouse, prefixes: readonly string[]): boolean {
  try {
    checkLocations(warehouse, prefixes)
    return true
  } catch {
    return false
  }
}

/** The privilege that storage access needs: creating while the table is being created, else reading or writing it. */
export function privilegeFor({ staged }: Pick<Live, 'staged'>, access: Access): Privilege {
  if (staged) return 'create'
  return access === 'read' ? 'select' : 'modify'
}

function refused(reason: StandingRefusal): { readonly ok: false; readonly reason: StandingRefusal } {
  return { ok: false, reason }
}
