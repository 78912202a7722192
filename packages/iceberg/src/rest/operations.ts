// Rows are in the order of the specification.
const rows = [
  ['getConfig', 'GET', '/v1/config'],
  ['getToken', 'POST', '/v1/oauth/tokens'],
  ['listNamespaces', 'GET', '/v1/{prefix}/namespaces'],
  ['createNamespace', 'POST', '/v1/{prefix}/namespaces'],
  ['loadNamespaceMetadata', 'GET', '/v1/{prefix}/namespaces/{namespace}'],
  ['namespaceExists', 'HEAD', '/v1/{prefix}/namespaces/{namespace}'],
  ['dropNamespace', 'DELETE', '/v1/{prefix}/namespaces/{namespace}'],
  ['updateProperties', 'POST', '/v1/{prefix}/namespaces/{namespace}/properties'],
  ['listTables', 'GET', '/v1/{prefix}/namespaces/{namespace}/tables'],
  ['createTable', 'POST', '/v1/{prefix}/namespaces/{namespace}/tables'],
  ['listFunctions', 'GET', '/v1/{prefix}/namespaces/{namespace}/functions'],
  ['loadFunction', 'GET', '/v1/{prefix}/namespaces/{namespace}/functions/{function}'],
  ['planTableScan', 'POST', '/v1/{prefix}/namespaces/{namespace}/tables/{table}/plan'],
  ['fetchPlanningResult', 'GET', '/v1/{prefix}/namespaces/{namespace}/tables/{table}/plan/{plan-id}'],
  ['cancelPlanning', 'DELETE', '/v1/{prefix}/namespaces/{namespace}/tables/{table}/plan/{plan-id}'],
  ['fetchScanTasks', 'POST', '/v1/{prefix}/namespaces/{namespace}/tables/{table}/tasks'],
  ['registerTable', 'POST', '/v1/{prefix}/namespaces/{namespace}/register'],
  ['loadTable', 'GET', '/v1/{prefix}/namespaces/{namespace}/tables/{table}'],
  ['updateTable', 'POST', '/v1/{prefix}/namespaces/{namespace}/tables/{table}'],
  ['dropTable', 'DELETE', '/v1/{prefix}/namespaces/{namespace}/tables/{table}'],
  ['tableExists', 'HEAD', '/v1/{prefix}/namespaces/{namespace}/tables/{table}'],
  ['unregisterTable', 'POST', '/v1/{prefix}/namespaces/{namespace}/tables/{table}/unregister'],
  ['loadCredentials', 'GET', '/v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials'],
  ['signRequest', 'POST', '/v1/{prefix}/namespaces/{namespace}/tables/{table}/sign'],
  ['renameTable', 'POST', '/v1/{prefix}/tables/rename'],
  ['reportMetrics', 'POST', '/v1/{prefix}/namespaces/{namespace}/tables/{table}/metrics'],
  ['commitTransaction', 'POST', '/v1/{prefix}/transactions/commit'],
  ['listViews', 'GET', '/v1/{prefix}/namespaces/{namespace}/views'],
  ['createView', 'POST', '/v1/{prefix}/namespaces/{namespace}/views'],
  ['loadView', 'GET', '/v1/{prefix}/namespaces/{namespace}/views/{view}'],
  ['replaceView', 'POST', '/v1/{prefix}/namespaces/{namespace}/views/{view}'],
  ['dropView', 'DELETE', '/v1/{prefix}/namespaces/{namespace}/views/{view}'],
  ['viewExists', 'HEAD', '/v1/{prefix}/namespaces/{namespace}/views/{view}'],
  ['renameView', 'POST', '/v1/{prefix}/views/rename'],
  ['registerView', 'POST', '/v1/{prefix}/namespaces/{namespace}/register-view'],
] as const

/** Name of an operation in the Iceberg REST specification. */
export type OperationId = (typeof rows)[number][0]

/** Operation of the specification with its HTTP method and path. */
export interface Operation {
  readonly operationId: OperationId
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE'
  /** Path template with `{…}` for parameters. Clients omit `/{prefix}` if the server configures no prefix. */
  readonly path: string
  /** Name of the operation in `endpoints` of `GET /v1/config`. */
  readonly endpoint: string
}

/** All operations of the Iceberg REST specification in `spec/iceberg`. */
export const operations: readonly Operation[] = rows.map(([operationId, method, path]) => ({
  operationId,
  method,
  path,
  endpoint: `${method} ${path}`,
}))

const byId = Object.fromEntries(
  operations.map((operation) => [operation.operationId, operation]),
) as Readonly<Record<OperationId, Operation>>

/** Returns the operation of the specification with this name. */
export const operation = (operationId: OperationId): Operation => byId[operationId]
