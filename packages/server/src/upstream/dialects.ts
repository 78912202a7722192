import type { OperationId } from '@headgate/iceberg/rest'
import type { Dialect } from './dialect.ts'

/**
 * Operations that clients assume of a server that lists no endpoints (Iceberg REST specification,
 * `CatalogConfig.endpoints`).
 */
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

/**
 * Operations that AWS documents for its two Iceberg REST endpoints (Glue and S3 Tables). Namespaces of these
 * endpoints have one level.
 */
const awsOperations: readonly OperationId[] = [
  'listNamespaces',
  'loadNamespaceMetadata',
  'namespaceExists',
  'createNamespace',
  'dropNamespace',
  'listTables',
  'loadTable',
  'tableExists',
  'createTable',
  'updateTable',
  'dropTable',
]

const viewOperations: readonly OperationId[] = [
  'listViews',
  'createView',
  'loadView',
  'replaceView',
  'dropView',
  'renameView',
]

const standard: Dialect = {
  name: 'standard',
  staging: 'upstream',
  location: 'optional',
  names: 'any',
  purge: 'requested',
  transactions: 'upstream',
  firstCommit: 'all',
  lastColumnId: 'optional',
  unlisted: new Set(firstOperations),
  prefix: '',
  headers: [],
  signs: {},
}

/**
 * Dialects by name. Each entry contains only the differences from the specification. Sources: vendor
 * documentation, and reports of failed clients. `docs/how-to/upstream-warehouses.md` says which dialects were
 * tested.
 */
export const dialects: Readonly<Record<Dialect['name'], Dialect>> = {
  standard,
  glue: {
    ...standard,
    name: 'glue',
    staging: 'early',
    location: 'required',
    names: 'lower',
    transactions: 'none',
    unlisted: new Set(awsOperations),
    prefix: 'catalogs/{warehouse}',
    signs: { host: /^glue\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/ },
  },
  s3tables: {
    ...standard,
    name: 's3tables',
    staging: 'early',
    location: 'refused',
    names: 'lower',
    purge: 'always',
    transactions: 'none',
    unlisted: new Set([...awsOperations, 'renameTable']),
    prefix: '{warehouse}',
    signs: { host: /^s3tables\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/ },
  },
  biglake: {
    ...standard,
    name: 'biglake',
    location: 'refused',
    headers: ['x-goog-user-project'],
    signs: { host: /^biglake\.googleapis\.com$/ },
  },
  onelake: {
    ...standard,
    name: 'onelake',
    staging: 'early',
    location: 'refused',
    transactions: 'none',
    firstCommit: 'data',
    signs: { host: /(^|\.)onelake\.[a-z.]*fabric\.microsoft\.com$/ },
  },
  unity: {
    ...standard,
    name: 'unity',
    signs: {
      host: /\.(cloud\.databricks\.com|azuredatabricks\.net|gcp\.databricks\.com)$/,
      path: /\/unity-catalog\/iceberg(-rest)?(\/|$)/,
    },
  },
  nessie: {
    ...standard,
    name: 'nessie',
    lastColumnId: 'required',
    // Nessie 0.99 lists no endpoints, and supports views.
    unlisted: new Set([...firstOperations, ...viewOperations]),
    signs: { property: 'nessie.' },
  },
  polaris: {
    ...standard,
    name: 'polaris',
    signs: { host: /(^|\.)snowflakecomputing\.com$/, endpoint: ' /polaris/v1/' },
  },
  lakekeeper: {
    ...standard,
    name: 'lakekeeper',
    signs: { property: 'lakekeeper.', endpoint: ' /lakekeeper/v1/' },
  },
}
