export type { ArrowData, ArrowSource, ArrowStream } from './arrow/arrow-data.ts'
export type { CallOptions } from './call-options.ts'
export type { ConnectOptions } from './connect.ts'
export * from './errors/error-classes.ts'
export { LanceConnectionError } from './errors/lance-connection-error.ts'
export { InvalidAnswerError, LanceNamespaceError } from './errors/lance-namespace-error.ts'
export { LanceNamespace } from './lance-namespace.ts'
export type { About } from './operations/call-json.ts'
export type { AboutIndex } from './operations/indices.ts'
export type { Pages } from './pages.ts'
export type { AwsCredentials } from './storage-options/aws-credentials.ts'
export type {
  AwsCredentialsRequest,
  GetOptions,
  StorageOptions,
  StorageOptionsOptions,
  TableAccess,
} from './storage-options/storage-options.ts'
