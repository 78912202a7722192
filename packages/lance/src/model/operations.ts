// Rows are in the order of the specification.
const rows = [
  ['CreateNamespace', '/v1/namespace/{id}/create', 'changes'],
  ['ListNamespaces', '/v1/namespace/{id}/list', 'reads'],
  ['DescribeNamespace', '/v1/namespace/{id}/describe', 'reads'],
  ['DropNamespace', '/v1/namespace/{id}/drop', 'changes'],
  ['NamespaceExists', '/v1/namespace/{id}/exists', 'reads'],
  ['ListTables', '/v1/namespace/{id}/table/list', 'reads'],
  ['ListAllTables', '/v1/table', 'reads'],
  ['RegisterTable', '/v1/table/{id}/register', 'changes'],
  ['DescribeTable', '/v1/table/{id}/describe', 'reads'],
  ['TableExists', '/v1/table/{id}/exists', 'reads'],
  ['DropTable', '/v1/table/{id}/drop', 'changes'],
  ['DeregisterTable', '/v1/table/{id}/deregister', 'changes'],
  ['RestoreTable', '/v1/table/{id}/restore', 'changes'],
  ['RenameTable', '/v1/table/{id}/rename', 'changes'],
  ['UpdateTableSchemaMetadata', '/v1/table/{id}/schema_metadata/update', 'changes'],
  ['ListTableVersions', '/v1/table/{id}/version/list', 'reads'],
  ['CreateTableVersion', '/v1/table/{id}/version/create', 'changes'],
  ['DescribeTableVersion', '/v1/table/{id}/version/describe', 'reads'],
  ['BatchDeleteTableVersions', '/v1/table/{id}/version/delete', 'changes'],
  ['BatchCreateTableVersions', '/v1/table/version/batch-create', 'changes'],
  ['BatchCommitTables', '/v1/table/batch-commit', 'changes'],
  ['AlterTableAlterColumns', '/v1/table/{id}/alter_columns', 'changes'],
  ['UpdateFieldMetadata', '/v1/table/{id}/update_field_metadata', 'changes'],
  ['AlterTableDropColumns', '/v1/table/{id}/drop_columns', 'changes'],
  ['GetTableStats', '/v1/table/{id}/stats', 'reads'],
  ['InsertIntoTable', '/v1/table/{id}/insert', 'changes'],
  ['MergeInsertIntoTable', '/v1/table/{id}/merge_insert', 'changes'],
  ['UpdateTable', '/v1/table/{id}/update', 'changes'],
  ['DeleteFromTable', '/v1/table/{id}/delete', 'changes'],
  ['QueryTable', '/v1/table/{id}/query', 'reads'],
  ['CountTableRows', '/v1/table/{id}/count_rows', 'reads'],
  ['CreateTable', '/v1/table/{id}/create', 'changes'],
  ['ExplainTableQueryPlan', '/v1/table/{id}/explain_plan', 'reads'],
  ['AnalyzeTableQueryPlan', '/v1/table/{id}/analyze_plan', 'reads'],
  ['AlterTableAddColumns', '/v1/table/{id}/add_columns', 'changes'],
  ['AlterTableBackfillColumns', '/v1/table/{id}/backfill_column', 'changes'],
  ['RefreshMaterializedView', '/v1/materialized_view/{id}/refresh', 'changes'],
  ['CreateMaterializedView', '/v1/materialized_view/{id}/create', 'changes'],
  ['CreateTableIndex', '/v1/table/{id}/create_index', 'changes'],
  ['CreateTableScalarIndex', '/v1/table/{id}/create_scalar_index', 'changes'],
  ['ListTableIndices', '/v1/table/{id}/index/list', 'reads'],
  ['DescribeTableIndexStats', '/v1/table/{id}/index/{index_name}/stats', 'reads'],
  ['DropTableIndex', '/v1/table/{id}/index/{index_name}/drop', 'changes'],
  ['ListTableTags', '/v1/table/{id}/tags/list', 'reads'],
  ['GetTableTagVersion', '/v1/table/{id}/tags/version', 'reads'],
  ['DeclareTable', '/v1/table/{id}/declare', 'changes'],
  ['CreateTableTag', '/v1/table/{id}/tags/create', 'changes'],
  ['DeleteTableTag', '/v1/table/{id}/tags/delete', 'changes'],
  ['UpdateTableTag', '/v1/table/{id}/tags/update', 'changes'],
  ['ListTableBranches', '/v1/table/{id}/branches/list', 'reads'],
  ['CreateTableBranch', '/v1/table/{id}/branches/create', 'changes'],
  ['DeleteTableBranch', '/v1/table/{id}/branches/delete', 'changes'],
  ['DescribeTransaction', '/v1/transaction/{id}/describe', 'reads'],
  ['AlterTransaction', '/v1/transaction/{id}/alter', 'changes'],
] as const

/** Name of an operation in the Lance Namespace specification. */
export type OperationId = (typeof rows)[number][0]

/** Operation of the specification with its HTTP method, path and body format. */
export interface Operation {
  /** Name of the operation. */
  readonly operationId: OperationId
  /** HTTP method of the operation. */
  readonly method: 'GET' | 'POST'
  /** Path template of the operation: `{id}` stands for an identifier, and `{index_name}` for the name of an index. */
  readonly path: string
  /**
   * Request body:
   * - `json`: the request
   * - `map`: only the member `metadata` of the request
   * - `arrow`: an Arrow IPC stream
   * - `none`: no body
   */
  readonly body: 'json' | 'map' | 'arrow' | 'none'
  /**
   * Response body:
   * - `json`: the response
   * - `map`, `count`, `text`: the value of the only member of the response, without an object
   * - `arrow`: an Arrow IPC file
   * - `status`: no body
   */
  readonly answer: 'json' | 'map' | 'count' | 'text' | 'arrow' | 'status'
  /** Whether the operation only reads, so that clients may retry it. */
  readonly effect: 'reads' | 'changes'
  /** Members of the request that are query parameters. If `body` is `json`, the body contains them too. */
  readonly query: readonly string[]
}

const PAGE = ['page_token', 'limit']

/** Members of `Operation` that differ from the default, which is POST with a JSON request and a JSON response. */
const differences: Partial<Record<OperationId, Partial<Operation>>> = {
  ListNamespaces: { method: 'GET', body: 'none', query: PAGE },
  NamespaceExists: { answer: 'status' },
  ListTables: { method: 'GET', body: 'none', query: [...PAGE, 'include_declared'] },
  ListAllTables: { method: 'GET', body: 'none', query: [...PAGE, 'include_declared'] },
  DescribeTable: { query: ['with_table_uri', 'load_detailed_metadata', 'check_declared'] },
  TableExists: { answer: 'status' },
  DropTable: { body: 'none' },
  UpdateTableSchemaMetadata: { body: 'map', answer: 'map', query: ['branch'] },
  ListTableVersions: { body: 'none', query: ['branch', 'page_token', 'limit', 'descending'] },
  InsertIntoTable: { body: 'arrow', query: ['branch', 'mode'] },
  MergeInsertIntoTable: {
    body: 'arrow',
    query: [
      'branch',
      'on',
      'when_matched_update_all',
      'when_matched_update_all_filt',
      'when_not_matched_insert_all',
      'when_not_matched_by_source_delete',
      'when_not_matched_by_source_delete_filt',
      'timeout',
      'use_index',
    ],
  },
  QueryTable: { answer: 'arrow' },
  CountTableRows: { answer: 'count' },
  CreateTable: { body: 'arrow', query: ['mode', 'properties', 'storage_options'] },
  ExplainTableQueryPlan: { answer: 'text' },
  AnalyzeTableQueryPlan: { answer: 'text' },
  DropTableIndex: { body: 'none', query: ['branch'] },
  ListTableTags: { body: 'none', query: PAGE },
  ListTableBranches: { body: 'none', query: PAGE },
}

/** All operations of the Lance Namespace specification in `spec/lance`. */
export const operations: readonly Operation[] = rows.map(([operationId, path, effect]) => ({
  operationId,
  method: 'POST',
  path,
  body: 'json',
  answer: 'json',
  effect,
  query: [],
  ...differences[operationId],
}))

const byId = Object.fromEntries(
  operations.map((operation) => [operation.operationId, operation]),
) as Readonly<Record<OperationId, Operation>>

/** Returns the operation of the specification with this name. */
export const operation = (operationId: OperationId): Operation => byId[operationId]
