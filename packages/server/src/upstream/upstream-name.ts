import type { Namespace } from '@headgate/iceberg/rest'
import type { Decision } from '../access/decision.ts'
import type { Policy } from '../access/policy.ts'
import type { RelationRef } from '../catalog/target.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { Chain } from '../privilege.ts'
import type { IcebergKind } from '../store/relations.ts'
import type { UpstreamRelationRow } from '../store/upstream-relations.ts'

/**
 * Namespace in an upstream catalog, with its database row and its privilege chain. The namespace need not
 * exist in the upstream catalog.
 */
export interface UpstreamNamespace {
  readonly warehouse: Warehouse
  readonly levels: Namespace
  /** Id of the namespace's row in the database. Null when it has no row. */
  readonly id: string | null
  readonly chain: Chain
  readonly policy: Policy
}

/**
 * Name of a table or view in an upstream catalog, with its database row, its privilege chain and the decision
 * for the caller.
 */
export interface UpstreamName extends RelationRef {
  readonly kind: IcebergKind
  /**
   * Database row of the relation. Null when the relation has no row, or when the row of this name belongs to
   * a relation of the other kind.
   */
  readonly known: UpstreamRelationRow | null
  readonly namespace: UpstreamNamespace
  /**
   * Privilege chain of the relation (the relation and its parents). If the relation has no row, its link in
   * the chain has neither an id nor an owner.
   */
  readonly chain: Chain
  readonly policy: Policy
  readonly decision: Decision
  /**
   * True when the caller has the privilege even without the grants on the relation itself. If false, the
   * decision is valid only as long as the upstream catalog has the table whose UUID is in the row.
   */
  readonly isInherited: boolean
}
