import { namespaceChain, relationChain } from '../access/chain.ts'
import type { Chain, Privilege } from '../access/privilege.ts'
import { checkLocations } from '../catalog/locations.ts'
import { type Warehouse, warehouseChain } from '../catalog/warehouses.ts'
import { levelsOf } from '../store/namespaces.ts'
import type { RelationStanding, StandingNamespace } from '../store/relation-standings.ts'
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
  const top = warehouseChain({ ...warehouse, id: warehouseId })
  if (relation !== null) {
    if (relation.kind !== 'table') return refused('not a table')
    if (relation.namespace === null) return refused('dropped')
    if (issuedAt <= relation.notBefore) return refused('relation revoked')
    return {
      ok: true,
      value: {
        staged: false,
        namespaceId: relation.namespace.id,
        chain: chainOf(relation.namespace, top, relationId, { ...relation, kind: 'table' }),
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
      chain: namespaceChain(staged.namespace, top, levelsOf(staged.namespace.path)),
      prefixes: staged.prefixes,
      notBefore: warehouse.notBefore,
    },
  }
}

/** Where a view stands; null: it does not any more. */
export function viewChain(standing: RelationStanding, viewId: string, warehouseId: string): Chain | null {
  const { warehouse, relation } = standing
  if (warehouse === null || relation?.kind !== 'view' || relation.namespace === null) return null
  const top = warehouseChain({ ...warehouse, id: warehouseId })
  return chainOf(relation.namespace, top, viewId, { ...relation, kind: 'view' })
}

function chainOf(
  namespace: StandingNamespace,
  top: Chain,
  id: string,
  { ownerId, kind, name }: Pick<NonNullable<RelationStanding['relation']>, 'ownerId' | 'kind' | 'name'>,
): Chain {
  const above = namespaceChain(namespace, top, levelsOf(namespace.path))
  return relationChain(above, id, ownerId, { kind, name })
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
