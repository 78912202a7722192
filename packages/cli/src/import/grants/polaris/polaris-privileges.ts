import type { Capability, ObjectKind } from '../capability.ts'

const describeTables: readonly Capability[] = ['list', 'describe']
const describeViews: readonly Capability[] = ['list', 'describe-views']
const describeNamespaces: readonly Capability[] = ['list', 'read-namespaces']

const namespaceMetadata: readonly Capability[] = [
  ...describeNamespaces,
  'change-namespaces',
  'create-namespaces',
  'drop-namespaces',
]
const tableMetadata: readonly Capability[] = [
  ...describeTables,
  'change-tables',
  'create-tables',
  'drop-tables',
]
const viewMetadata: readonly Capability[] = [...describeViews, 'change-views', 'create-views', 'drop-views']
const metadata: readonly Capability[] = [...namespaceMetadata, ...tableMetadata, ...viewMetadata]

/**
 * Capabilities that each privilege of Polaris includes, from `SUPER_PRIVILEGES` in `PolarisAuthorizerImpl.java` of
 * Apache Polaris 1.7.0. Privileges on policies and settings of catalogs are not in this table, because they have no
 * counterpart.
 */
const table: Readonly<Record<string, readonly Capability[]>> = {
  CATALOG_MANAGE_CONTENT: [...metadata, 'read', 'write'],
  CATALOG_MANAGE_METADATA: metadata,
  NAMESPACE_CREATE: ['list', 'create-namespaces'],
  NAMESPACE_DROP: ['drop-namespaces'],
  NAMESPACE_LIST: ['list'],
  NAMESPACE_READ_PROPERTIES: describeNamespaces,
  NAMESPACE_WRITE_PROPERTIES: [...describeNamespaces, 'change-namespaces'],
  NAMESPACE_FULL_METADATA: namespaceMetadata,
  TABLE_CREATE: ['list', 'create-tables'],
  TABLE_DROP: ['drop-tables'],
  TABLE_LIST: ['list'],
  TABLE_READ_PROPERTIES: describeTables,
  TABLE_WRITE_PROPERTIES: [...describeTables, 'change-tables'],
  TABLE_READ_DATA: [...describeTables, 'read'],
  TABLE_WRITE_DATA: [...describeTables, 'read', 'write', 'change-tables'],
  TABLE_FULL_METADATA: tableMetadata,
  VIEW_CREATE: ['list', 'create-views'],
  VIEW_DROP: ['drop-views'],
  VIEW_LIST: ['list'],
  VIEW_READ_PROPERTIES: describeViews,
  VIEW_WRITE_PROPERTIES: [...describeViews, 'change-views'],
  VIEW_FULL_METADATA: viewMetadata,
}

/**
 * Returns the capabilities that a privilege includes on an object, or null for a privilege without a counterpart in
 * Headgate. `CATALOG_MANAGE_ACCESS` is effective only on the catalog: a grant also needs this privilege on the catalog
 * role that receives it.
 */
export function polarisCapabilities(privilege: string, kind: ObjectKind): readonly Capability[] | null {
  if (privilege === 'CATALOG_MANAGE_ACCESS') return kind === 'warehouse' ? ['grant'] : null
  return Object.hasOwn(table, privilege) ? (table[privilege] ?? null) : null
}
