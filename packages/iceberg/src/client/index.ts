export type { Clock } from './clock.ts'
export type { CommitOptions } from './commit/commit-loop.ts'
export type { TableBuilder } from './commit/table-builder.ts'
export type { TableChanges } from './commit/table-changes.ts'
export type { CommittedTable, TableChange, TableCommit } from './commit/table-commit.ts'
export type { Transaction } from './commit/transaction.ts'
export type { ViewBuilder } from './commit/view-builder.ts'
export type { CatalogConfig } from './config.ts'
export type { AuthOptions, ConnectOptions } from './connect.ts'
export type { AwsCredentials } from './credentials/aws-credentials.ts'
export type { GetOptions } from './credentials/refreshable-credential.ts'
export type { S3ClientConfig } from './credentials/s3-client-config.ts'
export type { StorageCredential } from './credentials/storage-credential.ts'
export { StorageCredentialsError } from './credentials/storage-credentials-error.ts'
export type {
  AwsCredentialsRequest,
  StorageCredentials,
  StorageCredentialsOptions,
} from './credentials/storage-credentials.ts'
export { IcebergConnectionError } from './errors/connection-error.ts'
export {
  AlreadyExistsError,
  AuthenticationTimeoutError,
  BadRequestError,
  CommitFailedError,
  CommitStateUnknownError,
  ForbiddenError,
  isRestError,
  NamespaceNotEmptyError,
  NoSuchFunctionError,
  NoSuchNamespaceError,
  NoSuchPlanIdError,
  NoSuchPlanTaskError,
  NoSuchTableError,
  NoSuchViewError,
  NoSuchWarehouseError,
  NotAuthorizedError,
  ServerError,
  ServiceUnavailableError,
  TooManyRequestsError,
  UnprocessableEntityError,
  UnsupportedOperationError,
} from './errors/error-classes.ts'
export { IcebergRestError, InvalidAnswerError } from './errors/rest-error.ts'
export type {
  FunctionDefinition,
  FunctionMetadata,
  FunctionParameter,
  FunctionType,
  FunctionVersion,
  LoadedFunction,
} from './functions.ts'
export type { LoadCredentialsOptions } from './load-credentials.ts'
export type { LoadTableOptions } from './load-table.ts'
export type { LoadedTable, RemoteSigningConfig } from './loaded-table.ts'
export type { CommitReport, Metric, Metrics, ScanReport } from './metrics.ts'
export type { MultiMap } from './multi-map.ts'
export type { ChangedProperties, ListNamespacesOptions, PropertyChanges } from './namespaces.ts'
export type { ListOptions, Page, Pages } from './pages.ts'
export type { ReferencedBy } from './identifiers.ts'
export { RestCatalog } from './rest-catalog.ts'
export type { Expression, Literal, Literals, Reference, Term, ValueExpression } from './scan/expression.ts'
export type { PlannedScan, PlanScanOptions } from './scan/planned-scan.ts'
export { ScanPlanningError } from './scan/scan-planning-error.ts'
export type { ContentFile, DataFile, DeleteFile, FileScanTask, ScanTasks } from './scan/scan-tasks.ts'
export type { ScanPlan, ScanRequest } from './scan/scans.ts'
export type { CallOptions, Delegation } from './session.ts'
export type { RequestToSign, SignedRequest } from './signing.ts'
export type { TableCacheOptions } from './table-cache.ts'
export type { NewTable, Registration } from './tables.ts'
export type { LoadedView, NewView, ViewCommit, ViewDefinition } from './views.ts'
export type { PartitionField, PartitionSpec } from '../metadata/partition/types.ts'
export type { TableRequirement } from '../metadata/requirement/types.ts'
export type { ListType, MapType, NestedField, Schema, StructType, Type } from '../metadata/schema/types.ts'
export type { Snapshot, SnapshotRef } from '../metadata/snapshot/types.ts'
export type { SortField, SortOrder } from '../metadata/sort/types.ts'
export type { TableMetadata } from '../metadata/types.ts'
export type { TableUpdate } from '../metadata/update/types.ts'
export type { AccessDelegation } from '../rest/access-delegation.ts'
export type { TableIdentifier } from '../rest/identifier.ts'
export type { Namespace } from '../rest/names.ts'
export type { OperationId } from '../rest/operations.ts'
export type { ViewMetadata, ViewRepresentation, ViewVersion } from '../view/view-metadata.ts'
export type { ViewRequirement, ViewUpdate } from '../view/view-update.ts'
