export type { Clock } from './clock.ts'
export type { CatalogConfig } from './config.ts'
export type { ConnectOptions } from './connect.ts'
export type { AwsCredentials } from './credentials/aws-credentials.ts'
export type { GetOptions } from './credentials/refreshing.ts'
export type { StorageCredential } from './credentials/storage-credential.ts'
export { StorageCredentialsError } from './credentials/storage-credentials-error.ts'
export type {
  AwsCredentialsRequest,
  StorageCredentials,
  StorageCredentialsOptions,
} from './credentials/storage-credentials.ts'
export {
  noAuth,
  type AuthOptions,
  type AuthProvider,
  type WireRequest,
  type WireResponse,
} from './http/auth-provider.ts'
export { bearerAuth, type TokenRequest, type TokenSource } from './http/bearer-auth.ts'
export { IcebergConnectionError } from './http/connection-error.ts'
export { IcebergRestError, isRestError } from './http/rest-error.ts'
export type { LoadedTable } from './loaded-table.ts'
export type { ChangedProperties, ListNamespacesOptions, ListOptions, PropertyChanges } from './namespaces.ts'
export { RestCatalog } from './rest-catalog.ts'
export type { CallOptions, Delegation } from './session.ts'
export type {
  CommittedTable,
  LoadCredentialsOptions,
  LoadTableOptions,
  NewTable,
  TableCommit,
} from './tables.ts'
