import type { OperationId } from '@headgate/iceberg/rest'

/** Names of the dialects that a warehouse can set. `auto` selects one by the configuration of the upstream. */
export const dialectNames = ['auto', 'standard', 'nessie'] as const

export type DialectName = (typeof dialectNames)[number]

/** Differences between catalogs that the Iceberg REST specification does not let a client discover. */
export interface Dialect {
  readonly name: Exclude<DialectName, 'auto'>
  /** Operations of an upstream that lists no endpoints. */
  readonly unlisted: ReadonlySet<OperationId>
  /** Prefix of properties that only this catalog has in its configuration, for `auto`. Null: not recognized. */
  readonly property: string | null
}

/** Operations of a server that lists no endpoints (Iceberg REST specification, `CatalogConfig.endpoints`). */
const firstOperations: readonly OperationId[] = [
  'listNamespaces',
  'loadNamespaceMetadata',
  'createNamespace',
  'updateProperties',
  'dropNamespace',
  'listTables',
  'loadTable',
  'createTable',
  'updateTable',
  'dropTable',
  'renameTable',
  'registerTable',
  'reportMetrics',
  'commitTransaction',
]

/** Operations that Nessie 0.99 supports and does not list. */
const nessieOperations: readonly OperationId[] = [
  'listViews',
  'createView',
  'loadView',
  'replaceView',
  'dropView',
  'renameView',
]

const dialects: Readonly<Record<Dialect['name'], Dialect>> = {
  standard: { name: 'standard', unlisted: new Set(firstOperations), property: null },
  nessie: {
    name: 'nessie',
    unlisted: new Set([...firstOperations, ...nessieOperations]),
    property: 'nessie.',
  },
}

/**
 * Returns the dialect with a name. For `auto`, returns the dialect whose properties the configuration of the upstream
 * contains, or else `standard`.
 */
export function selectDialect(name: DialectName, properties: readonly string[]): Dialect {
  if (name !== 'auto') return dialects[name]
  const recognized = Object.values(dialects).find(({ property }) =>
    properties.some((each) => property !== null && each.startsWith(property)),
  )
  return recognized ?? dialects.standard
}
