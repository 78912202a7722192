import type { Namespace } from '@headgate/iceberg/rest'
import type { Decision } from '../access/decision.ts'
import type { Policy } from '../access/policy.ts'
import type { RelationRef } from '../catalog/target.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { Chain } from '../privilege.ts'
import type { IcebergKind } from '../store/relations.ts'
import type { UpstreamRelationRow } from '../store/upstream-relations.ts'

/** Namespace of an upstream, with what is known about it. The namespace may not exist in the upstream. */
export interface UpstreamNamespace {
  readonly warehouse: Warehouse
  readonly levels: Namespace
  /** Id of the row of the namespace. Null when it has no row. */
  readonly id: string | null
  readonly chain: Chain
  readonly policy: Policy
}

/** Name of a table or view of an upstream, with what is known about it. */
export interface UpstreamName extends RelationRef {
  readonly kind: IcebergKind
  /** Row of the relation. Null when it has none, or when the row belongs to a relation of the other kind. */
  readonly known: UpstreamRelationRow | null
  readonly namespace: UpstreamNamespace
  /** Privilege chain of the relation. Without a row, only the objects above it have ids and owners. */
  readonly chain: Chain
  readonly policy: Policy
  readonly decision: Decision
  /**
   * True when the caller has the privilege without the grants on the relation itself. Otherwise the decision is valid
   * only if the upstream still has the table whose UUID is in the row.
   */
  readonly isInherited: boolean
}
