export { decodeAccessDelegation, type AccessDelegation } from './access-delegation.ts'
export { errorBody } from './error-body.ts'
export { decodeIfNoneMatch, formatEtag, matchesEtag, type IfNoneMatch } from './etag.ts'
export { decodeIdempotencyKey } from './idempotency-key.ts'
export {
  decodeNamespace,
  decodeTableIdentifier,
  formatIdentifier,
  formatNamespace,
  sameIdentifier,
  type TableIdentifier,
} from './identifier.ts'
export { checkNewName } from '../new-name.ts'
export { checkName, checkNamespace, defaultNameLimits, type NameLimits, type Namespace } from './names.ts'
export {
  UNIT_SEPARATOR,
  decodeNameParam,
  decodeNamespaceParam,
  encodeNamespaceParam,
} from './namespace-param.ts'
export { operation, operations, type Operation, type OperationId } from './operations.ts'
export { decodePage, type Page } from './page.ts'
export { decodePageToken, encodePageToken } from './page-token.ts'
export { decodePurgeRequested, decodeSnapshotMode, type SnapshotMode } from './query.ts'
export { decodeReferencedBy } from './referenced-by.ts'
export { decodeCommitTableRequest, type CommitTableRequest } from './requests/commit-table.ts'
export {
  decodeCommitTransactionRequest,
  type CommitTransactionRequest,
  type TableChange,
} from './requests/commit-transaction.ts'
export { decodeCommitViewRequest, type CommitViewRequest } from './requests/commit-view.ts'
export { decodeCreateNamespaceRequest, type CreateNamespaceRequest } from './requests/create-namespace.ts'
export { decodeCreateTableRequest, type CreateTableRequest } from './requests/create-table.ts'
export { decodeCreateViewRequest, type CreateViewRequest } from './requests/create-view.ts'
export {
  decodeFetchScanTasksRequest,
  decodePlanTableScanRequest,
  type PlanTableScanRequest,
} from './requests/plan-table-scan.ts'
export { decodeRegisterTableRequest, type RegisterTableRequest } from './requests/register-table.ts'
export { decodeRegisterViewRequest, type RegisterViewRequest } from './requests/register-view.ts'
export { decodeRemoteSignRequest, type RemoteSignRequest } from './requests/remote-sign.ts'
export { decodeRenameRequest, type RenameRequest } from './requests/rename.ts'
export { decodeReportMetricsRequest, type ReportMetricsRequest } from './requests/report-metrics.ts'
export {
  decodeUpdateNamespacePropertiesRequest,
  type UpdateNamespacePropertiesRequest,
} from './requests/update-namespace-properties.ts'
