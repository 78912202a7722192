import type { TableIdentifier } from '../rest/identifier.ts'
import type { OperationId } from '../rest/operations.ts'
import { supports } from './call.ts'
import { commitOperations, type CommitOperations } from './commit/commits.ts'
import type { CatalogConfig } from './config.ts'
import { connect, type ConnectOptions } from './connect.ts'
import type { StorageCredential } from './credentials/storage-credential.ts'
import {
  storageCredentials,
  type StorageCredentials,
  type StorageCredentialsOptions,
} from './credentials/storage-credentials.ts'
import { functionOperations, type FunctionOperations } from './functions.ts'
import { loadCredentials, type LoadCredentialsOptions } from './load-credentials.ts'
import type { LoadedTable } from './loaded-table.ts'
import { metricsOperations, type MetricsOperations } from './metrics.ts'
import { namespaceOperations, type NamespaceOperations } from './namespaces.ts'
import { scanOperations, type ScanOperations } from './scan/scans.ts'
import type { Session } from './session.ts'
import { signingOperations, type SigningOperations } from './signing.ts'
import { tableOperations, type TableOperations } from './tables.ts'
import { viewOperations, type ViewOperations } from './views.ts'

/**
 * A catalog that speaks the Iceberg REST protocol.
 *
 * Every method throws an `IcebergRestError` for an error answer, an `IcebergConnectionError` when there is none, an
 * `AuthError` when the request cannot be authenticated, a `HeadgateError` for what cannot be asked (`bad-request`,
 * `unsupported`), and the signal's reason when it is aborted. 64-bit integers are exact: numbers while they are safe,
 * bigints beyond.
 */
export interface RestCatalog
  extends
    NamespaceOperations,
    TableOperations,
    CommitOperations,
    ViewOperations,
    ScanOperations,
    SigningOperations,
    FunctionOperations,
    MetricsOperations,
    AsyncDisposable {
  /** What the server said about itself and the warehouse. */
  readonly config: CatalogConfig
  /** Whether the server lists this operation. */
  supports(operation: OperationId): boolean
  /** Storage credentials, once. Ones that renew themselves: `storageCredentials`. */
  loadCredentials(
    identifier: TableIdentifier,
    options?: LoadCredentialsOptions,
  ): Promise<readonly StorageCredential[]>
  /**
   * Access to the storage of a table, loaded or staged, that renews itself for as long as the server allows.
   *
   * @example Type-checked only, because it needs a store.
   * ```ts
   * const table = await catalog.createTable(identifier, { schema, stageCreate: true })
   * await using storage = catalog.storageCredentials(table)
   * const s3 = new S3Client(await storage.s3ClientConfig())
   * // Hours later, with keys that were renewed in between:
   * await catalog.updateTable(table).addSnapshot(snapshot).commit()
   * ```
   */
  storageCredentials(table: LoadedTable, options?: StorageCredentialsOptions): StorageCredentials
}

/** How to get one. */
export const RestCatalog: { connect(options: ConnectOptions): Promise<RestCatalog> } = {
  /**
   * Connects to a catalog: checks the options and the authentication, and reads the server's configuration (`getConfig`).
   *
   * @throws {HeadgateError} for options that contradict each other
   * @throws {AuthError} naming the property to change
   * @example Type-checked only, because it needs a catalog.
   * ```ts
   * await using lake = await RestCatalog.connect({
   *   uri: 'https://catalog.example.com',
   *   warehouse: 'lakehouse',
   *   properties: { 'rest.auth.type': 'bearer', 'rest.auth.bearer.token-file': '/run/token' },
   * })
   * for await (const { name } of lake.listTables(['sales'])) console.log(name)
   * ```
   */
  async connect(options) {
    const { session, close } = await connect(options)
    return { ...operationsOf(session), [Symbol.asyncDispose]: close }
  },
}

const operationsOf = (session: Session): Omit<RestCatalog, typeof Symbol.asyncDispose> => ({
  config: session.config,
  supports: (operation) => supports(session, operation),
  ...namespaceOperations(session),
  ...tableOperations(session),
  ...commitOperations(session),
  ...viewOperations(session),
  ...scanOperations(session),
  ...signingOperations(session),
  ...functionOperations(session),
  ...metricsOperations(session),
  loadCredentials: (identifier, options) => loadCredentials(session, identifier, options),
  storageCredentials: (table, options) => storageCredentials(session, table, options),
})
