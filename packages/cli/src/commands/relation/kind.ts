import { path } from '../../connection/path.ts'
import type { RelationAddress } from '../../names/address.ts'

/** Kind of object that a command works on: a table or a view. */
export type RelationKind = 'table' | 'view'

/** Returns the path of a table or view in the Iceberg REST API. */
export function relationPath(
  kind: RelationKind,
  { warehouse, namespace, relation }: RelationAddress,
): string {
  return path`/v1/${warehouse}/namespaces/${namespace}/${`${kind}s`}/${relation}`
}
