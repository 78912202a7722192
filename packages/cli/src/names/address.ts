import { parseDotted } from './dotted.ts'
import { splitRelation } from './securable.ts'

/** A namespace and the warehouse it is in. */
export interface NamespaceAddress {
  readonly warehouse: string
  readonly namespace: readonly string[]
}

/** A table or view and where it is. */
export interface RelationAddress extends NamespaceAddress {
  readonly relation: string
}

/** Reads `sales.eu` and `lakehouse/sales.eu`. Throws `usage`. */
export function namespaceAddress(text: string, defaultWarehouse: string): NamespaceAddress {
  const { warehouse, levels } = parseDotted(text)
  return { warehouse: warehouse ?? defaultWarehouse, namespace: levels }
}

/** Reads `sales.eu.orders` and `lakehouse/sales.eu.orders`. Throws `usage`. */
export function relationAddress(text: string, defaultWarehouse: string): RelationAddress {
  const { warehouse, levels } = parseDotted(text)
  return { warehouse: warehouse ?? defaultWarehouse, ...splitRelation(levels, text) }
}
