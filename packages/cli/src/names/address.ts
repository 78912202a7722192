import { parseDotted } from './dotted.ts'
import { splitRelation } from './securable.ts'

/** Namespace and its warehouse. */
export interface NamespaceAddress {
  readonly warehouse: string
  readonly namespace: readonly string[]
}

/** Table or view with its namespace and warehouse. */
export interface RelationAddress extends NamespaceAddress {
  readonly relation: string
}

/** Parses `sales.eu` and `lakehouse/sales.eu`. Throws `usage`. */
export function namespaceAddress(text: string, defaultWarehouse: string): NamespaceAddress {
  const { warehouse, levels } = parseDotted(text)
  return { warehouse: warehouse ?? defaultWarehouse, namespace: levels }
}

/** Parses `sales.eu.orders` and `lakehouse/sales.eu.orders`. Throws `usage`. */
export function relationAddress(text: string, defaultWarehouse: string): RelationAddress {
  const { warehouse, levels } = parseDotted(text)
  return { warehouse: warehouse ?? defaultWarehouse, ...splitRelation(levels, text) }
}
