import { path } from '../../connection/path.ts'
import type { RelationAddress } from '../../names/address.ts'

/** What a command is about. */
export type RelationKind = 'table' | 'view'

/** Path of a table or view in the Iceberg interface. */
export function relationPath(
  kind: RelationKind,
  { warehouse, namespace, relation }: RelationAddress,
): string {
  return path`/v1/${warehouse}/namespaces/${namespace}/${`${kind}s`}/${relation}`
}
