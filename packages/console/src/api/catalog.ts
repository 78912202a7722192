import { place } from '../router.tsx'
import { type Loaded, useGet } from './use-get.ts'

/** Response of `GET /v1/config` of the Iceberg REST API, with the members that the console reads. */
export interface CatalogConfig {
  readonly overrides: Readonly<Record<string, string>>
  readonly defaults: Readonly<Record<string, string>>
}

export type IcebergType =
  | string
  | { readonly type: 'struct'; readonly fields: readonly IcebergField[] }
  | { readonly type: 'list'; readonly element: IcebergType; readonly 'element-required': boolean }
  | {
      readonly type: 'map'
      readonly key: IcebergType
      readonly value: IcebergType
      readonly 'value-required': boolean
    }

export interface IcebergField {
  readonly id: number
  readonly name: string
  readonly required: boolean
  readonly type: IcebergType
  readonly doc?: string
}

export interface IcebergSchema {
  readonly 'schema-id': number
  readonly fields: readonly IcebergField[]
  readonly 'identifier-field-ids'?: readonly number[]
}

/** Snapshot of a table. An id is a string if it exceeds the safe integers of JavaScript. */
export interface Snapshot {
  readonly 'snapshot-id': string | number
  readonly 'parent-snapshot-id'?: string | number
  readonly 'timestamp-ms': number
  readonly summary?: Readonly<Record<string, string>>
  readonly 'schema-id'?: number
  readonly 'manifest-list'?: string
}

export interface PartitionField {
  readonly 'source-id': number
  readonly 'field-id': number
  readonly name: string
  readonly transform: string
}

export interface TableMetadata {
  readonly 'format-version': number
  readonly 'table-uuid': string
  readonly location: string
  readonly 'last-updated-ms': number
  readonly schemas?: readonly IcebergSchema[]
  readonly 'current-schema-id'?: number
  readonly 'partition-specs'?: readonly {
    readonly 'spec-id': number
    readonly fields: readonly PartitionField[]
  }[]
  readonly 'default-spec-id'?: number
  readonly 'sort-orders'?: readonly {
    readonly 'order-id': number
    readonly fields: readonly {
      readonly transform: string
      readonly 'source-id': number
      readonly direction: string
      readonly 'null-order': string
    }[]
  }[]
  readonly 'default-sort-order-id'?: number
  readonly properties?: Readonly<Record<string, string>>
  readonly 'current-snapshot-id'?: string | number | null
  readonly snapshots?: readonly Snapshot[]
  readonly refs?: Readonly<Record<string, { readonly 'snapshot-id': string | number; readonly type: string }>>
}

export interface ViewVersion {
  readonly 'version-id': number
  readonly 'schema-id': number
  readonly 'timestamp-ms': number
  readonly summary?: Readonly<Record<string, string>>
  readonly 'default-catalog'?: string
  readonly 'default-namespace'?: readonly string[]
  readonly representations: readonly {
    readonly type: string
    readonly sql: string
    readonly dialect: string
  }[]
}

export interface ViewMetadata {
  readonly 'view-uuid': string
  readonly 'format-version': number
  readonly location: string
  readonly schemas: readonly IcebergSchema[]
  readonly 'current-version-id': number
  readonly versions: readonly ViewVersion[]
  readonly properties?: Readonly<Record<string, string>>
}

export interface IdentifierPage {
  readonly identifiers: readonly { readonly namespace: readonly string[]; readonly name: string }[]
  readonly 'next-page-token'?: string | null
}

export interface NamespacePage {
  readonly namespaces: readonly (readonly string[])[]
  readonly 'next-page-token'?: string | null
}

/** Functions that return the API paths of the objects in a warehouse, relative to the Iceberg REST API. */
export interface CatalogPaths {
  namespaces(parent: readonly string[]): string
  namespace(namespace: readonly string[]): string
  relations(namespace: readonly string[], kind: 'tables' | 'views'): string
  relation(namespace: readonly string[], kind: 'tables' | 'views', name: string): string
}

/** Loads the configuration of a warehouse, and returns the functions that build the API paths of its objects. */
export function useCatalog(warehouse: string): Loaded<CatalogPaths> {
  const { data, ...rest } = useGet<CatalogConfig>(`v1/config?warehouse=${encodeURIComponent(warehouse)}`)
  return { ...rest, data: data === undefined ? undefined : toPaths(data, warehouse) }
}

function toPaths({ overrides, defaults }: CatalogConfig, warehouse: string): CatalogPaths {
  const root = `v1/${overrides['prefix'] ?? defaults['prefix'] ?? encodeURIComponent(warehouse)}/namespaces`
  const separator = overrides['namespace-separator'] ?? defaults['namespace-separator'] ?? '%1F'
  const join = (namespace: readonly string[]): string => namespace.map(encodeURIComponent).join(separator)
  const namespace = (path: readonly string[]): string => `${root}/${join(path)}`
  return {
    namespaces: (parent) => (parent.length === 0 ? root : `${root}?parent=${join(parent)}`),
    namespace,
    relations: (path, kind) => `${namespace(path)}/${kind}`,
    relation: (path, kind, name) => `${namespace(path)}/${kind}/${encodeURIComponent(name)}`,
  }
}

/** Separator of the levels of a namespace in URLs of the console. */
const unit = '\u001F'

/** Returns the console path of the page that shows a warehouse, namespace, table or view. */
export function toObjectPlace(
  warehouse: string,
  namespace: readonly string[] = [],
  relation?: { readonly kind: 'table' | 'view'; readonly name: string },
): string {
  const path = namespace.join(unit)
  if (relation !== undefined)
    return relation.kind === 'table'
      ? place`/w/${warehouse}/n/${path}/t/${relation.name}`
      : place`/w/${warehouse}/n/${path}/v/${relation.name}`
  return namespace.length === 0 ? place`/w/${warehouse}` : place`/w/${warehouse}/n/${path}`
}

/** Splits the namespace in a URL of the console into its levels. */
export function parseNamespace(text: string): readonly string[] {
  return text.split(unit)
}
