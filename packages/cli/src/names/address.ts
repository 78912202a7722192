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

/**
 * Parses the name of a namespace, such as `sales.eu` or `lakehouse/sales.eu`. Throws a `CliError` for any other text.
 */
export function namespaceAddress(text: string, defaultWarehouse: string): NamespaceAddress {
  const { warehouse, levels } = parseDotted(text)
  return { warehouse: warehouse ?? defaultWarehouse, namespace: levels }
}

/**
 * Parses the name of a table or view, such as `sales.eu.orders` or `lakehouse/sales.eu.orders`. Throws a `CliError`
 * for any other text.
 */
export function relationAddress(text: string, defaultWarehouse: string): RelationAddress {
  const { warehouse, levels } = parseDotted(text)
  return { warehouse: warehouse ?? defaultWarehouse, ...splitRelation(levels, text) }
}
