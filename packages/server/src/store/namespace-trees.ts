import type { RelationKind } from './relations.ts'
import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'

/** Row of a namespace in a namespace tree: a namespace with all its descendants. */
export interface TreeNamespace {
  readonly id: string
  /** Path of the namespace: its levels, joined by U+001F. */
  readonly path: string
  readonly protected: boolean
}

/** Row of a relation in a namespace tree. */
export interface TreeRelation {
  readonly id: string
  readonly path: string
  readonly name: string
  readonly kind: RelationKind
  readonly protected: boolean
}

const namespaces = statement(
  'tree_namespaces',
  `select n.id, n.path, n.protected from namespace n where n.lineage @> array[$1::uuid] and n.warehouse_id = $2
   order by n.id limit $3 for update`,
)
const relations = statement(
  'tree_relations',
  `select r.id, n.path, r.name, r.kind, r.protected from relation r join namespace n on n.id = r.namespace_id
   where r.namespace_id = any($1::uuid[]) order by r.id limit $2 for update of r`,
)

/**
 * Locks the rows of a namespace, of all namespaces below it, and of their relations, in the order of their
 * ids. The locks also prevent the creation of relations in these namespaces until the transaction ends.
 *
 * @param limit maximum number of returned namespaces, and of returned relations
 */
export async function lockTree(
  tx: Queryable,
  { id, warehouseId }: { readonly id: string; readonly warehouseId: string },
  limit: number,
): Promise<{ readonly namespaces: readonly TreeNamespace[]; readonly relations: readonly TreeRelation[] }> {
  const found = await tx.run<TreeNamespace>(namespaces, [id, warehouseId, limit])
  const ids = found.map((namespace) => namespace.id)
  return { namespaces: found, relations: await tx.run<TreeRelation>(relations, [ids, limit]) }
}

const drop = statement(
  'tree_drop_relations',
  `update relation r set version = r.version + 1, namespace_id = null, namespace_path = n.path, dropped_at = now(), dropped_by = $2,
     dropped_lineage = n.lineage, expires_at = now() + make_interval(secs => $3), purge = true
   from namespace n where n.id = r.namespace_id and r.id = any($1::uuid[])`,
)
const setProperties = statement(
  'tree_set_properties',
  'update namespace set properties = $2::jsonb, updated_at = now() where id = $1',
)
const remove = statement('tree_delete_namespaces', 'delete from namespace where id = any($1::uuid[])')

/**
 * Drops the relations of a locked namespace tree, and deletes its namespaces. The files of the relations are
 * deleted when their retention ends.
 */
export async function dropTree(
  tx: Queryable,
  tree: { readonly namespaces: readonly TreeNamespace[]; readonly relations: readonly TreeRelation[] },
  { principalId, retentionSeconds }: { readonly principalId: string; readonly retentionSeconds: number },
): Promise<void> {
  const relationIds = tree.relations.map(({ id }) => id)
  if (relationIds.length > 0) await tx.run(drop, [relationIds, principalId, retentionSeconds])
  await tx.run(remove, [tree.namespaces.map(({ id }) => id)])
}

/** Replaces the properties of a locked namespace. */
export async function replaceProperties(
  tx: Queryable,
  id: string,
  properties: Readonly<Record<string, string>>,
): Promise<void> {
  await tx.run(setProperties, [id, JSON.stringify(properties)])
}
