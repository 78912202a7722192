import { type Queryable, statement } from './sql.ts'
import type { RelationKind } from './relations.ts'

/**
 * Columns of a namespace that an authorization decision needs. `lineage` contains the ids of the namespaces
 * on the path from the outermost namespace to the namespace itself, and `owners` their owners.
 */
export interface NamespaceState {
  readonly id: string
  /** Namespace levels, joined by U+001F. */
  readonly path: string
  readonly lineage: readonly string[]
  readonly owners: readonly string[]
}

/**
 * Data by which the server decides whether storage access that was issued for a relation is still valid, read
 * in one snapshot. Times are epoch ms.
 */
export interface RelationState {
  readonly policyVersion: number
  /** Warehouse of the relation. Null when the warehouse was deleted. */
  readonly warehouse: {
    readonly name: string
    readonly ownerId: string
    readonly version: number
    readonly notBefore: number
  } | null
  /** Live or dropped relation. Null when no relation with the id exists in the warehouse. */
  readonly relation: {
    readonly kind: RelationKind
    readonly name: string
    readonly ownerId: string
    /**
     * Principal with whose rights readers access the tables of a view: the one that last replaced the view, or else
     * its owner.
     */
    readonly definerId: string
    readonly prefixes: readonly string[]
    readonly notBefore: number
    /** Namespace of the relation. Null when the relation was dropped. */
    readonly namespace: NamespaceState | null
  } | null
  /** Reservation of a staged table: a table that is being created. Null when no reservation has the id. */
  readonly staged: {
    readonly name: string
    readonly prefixes: readonly string[]
    /**
     * Namespace of the reservation. Null when the namespace was deleted, even if a new namespace has the same path.
     */
    readonly namespace: NamespaceState | null
  } | null
  /**
   * Id of the relation that now has the name in `RelationStateKey.name`. Null when no relation has this name, or when the
   * query contained no name.
   */
  readonly namedRelationId: string | null
}

export interface RelationStateKey {
  readonly relationId: string
  readonly warehouseId: string
  /**
   * Name that the query also looks up. `path` contains the namespace levels, joined by U+001F. Null for no
   * look-up.
   */
  readonly name: { readonly path: string; readonly name: string } | null
}

const find = statement(
  'relation_state',
  `select (select version from policy)::float8 as "policyVersion",
     w.name as "warehouse", w.owner_id as "warehouseOwner", w.version as "warehouseVersion", w.not_before as "warehouseNotBefore",
     r.kind, r.name, r.owner_id as "ownerId", coalesce(r.definer_id, r.owner_id) as "definerId", r.prefixes::text[], r.not_before as "notBefore",
     n.id as "namespaceId", n.path, n.lineage::text[], n.owners::text[],
     s.name as "stagedName", s.prefixes::text[] as "stagedPrefixes",
     sn.id as "stagedNamespaceId", sn.path as "stagedPath", sn.lineage::text[] as "stagedLineage", sn.owners::text[] as "stagedOwners",
     h.id as "namedRelationId"
   from (select 1) one
   left join warehouse w on w.id = $2
   left join relation r on r.id = $1 and r.warehouse_id = w.id
   left join namespace n on n.id = r.namespace_id
   left join staged_relation s on s.id = $1 and s.warehouse_id = w.id and not s.clearing and (s.ends_at is null or s.ends_at > now())
   left join namespace sn on sn.id = s.namespace_id
   left join namespace hn on hn.warehouse_id = w.id and hn.path = $3
   left join relation h on h.namespace_id = hn.id and h.name = $4`,
)

interface Row {
  readonly policyVersion: number
  readonly warehouse: string | null
  readonly warehouseOwner: string
  readonly warehouseVersion: number
  readonly warehouseNotBefore: number
  readonly kind: RelationKind | null
  readonly name: string
  readonly ownerId: string
  readonly definerId: string
  readonly prefixes: readonly string[]
  readonly notBefore: number
  readonly namespaceId: string | null
  readonly path: string
  readonly lineage: readonly string[]
  readonly owners: readonly string[]
  readonly stagedName: string | null
  readonly stagedPrefixes: readonly string[]
  readonly stagedNamespaceId: string | null
  readonly stagedPath: string
  readonly stagedLineage: readonly string[]
  readonly stagedOwners: readonly string[]
  readonly namedRelationId: string | null
}

export async function findRelationState(sql: Queryable, key: RelationStateKey): Promise<RelationState> {
  const values = [key.relationId, key.warehouseId, key.name?.path ?? null, key.name?.name ?? null]
  const [row] = await sql.run<Row>(find, values)
  if (row === undefined) throw new Error('the query of the state of a relation returned no row')
  return {
    policyVersion: row.policyVersion,
    warehouse:
      row.warehouse === null
        ? null
        : {
            name: row.warehouse,
            ownerId: row.warehouseOwner,
            version: row.warehouseVersion,
            notBefore: row.warehouseNotBefore,
          },
    relation:
      row.kind === null
        ? null
        : {
            kind: row.kind,
            name: row.name,
            ownerId: row.ownerId,
            definerId: row.definerId,
            prefixes: row.prefixes,
            notBefore: row.notBefore,
            namespace: toNamespaceState(row.namespaceId, row.path, row.lineage, row.owners),
          },
    staged:
      row.stagedName === null
        ? null
        : {
            name: row.stagedName,
            prefixes: row.stagedPrefixes,
            namespace: toNamespaceState(
              row.stagedNamespaceId,
              row.stagedPath,
              row.stagedLineage,
              row.stagedOwners,
            ),
          },
    namedRelationId: row.namedRelationId,
  }
}

function toNamespaceState(
  id: string | null,
  path: string,
  lineage: readonly string[],
  owners: readonly string[],
): NamespaceState | null {
  return id === null ? null : { id, path, lineage, owners }
}
