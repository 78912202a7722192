// In the order of the specification.
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

/** How one operation travels. */
export interface Operation {
  readonly operationId: OperationId
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE'
  /** Template with `{…}` for its parameters. `/{prefix}` falls away when the server gives no prefix. */
  readonly path: string
  /** How `endpoints` of `GET /v1/config` names it. */
  readonly endpoint: string
}

/** Every operation of the Iceberg REST specification, as pinned in `spec/iceberg`. */
export const operations: readonly Operation[] = rows.map(([operationId, method, path]) => ({
  operationId,
  method,
  path,
  endpoint: `${method} ${path}`,
}))

const byId = Object.fromEntries(
  operations.map((operation) => [operation.operationId, operation]),
) as Readonly<Record<OperationId, Operation>>

/** One operation by its name. */
export const operation = (operationId: OperationId): Operation => byId[operationId]
