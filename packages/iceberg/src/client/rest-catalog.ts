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
 * Client of a catalog with the Iceberg REST protocol.
 *
 * Every method throws an `IcebergRestError` for an error response, an `IcebergConnectionError` when there is no response,
 * an `AuthError` when the request cannot be authenticated, a `HeadgateError` for an invalid or unsupported call
 * (`bad-request`, `unsupported`), and the reason of its signal when it is aborted. Integers of 64 bits are exact: a number
 * if it is a safe integer, otherwise a bigint.
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
  /** Configuration of the server and the warehouse. */
  readonly config: CatalogConfig
  /** Returns whether the server lists this operation in its endpoints. */
  supports(operation: OperationId): boolean
  /** Loads storage credentials, which expire. `storageCredentials` returns credentials that are renewed. */
  loadCredentials(
    identifier: TableIdentifier,
    options?: LoadCredentialsOptions,
  ): Promise<readonly StorageCredential[]>
  /**
   * Creates credentials for the storage of a table, which may be staged. The client renews the credentials for as
   * long as the server allows.
   *
   * @example Type-checked only, because it needs a store.
   * ```ts
   * const table = await catalog.createTable(identifier, { schema, stageCreate: true })
   * await using storage = catalog.storageCredentials(table)
   * const s3 = new S3Client(await storage.s3ClientConfig())
   * // Hours later, with credentials that were renewed meanwhile:
   * await catalog.updateTable(table).addSnapshot(snapshot).commit()
   * ```
   */
  storageCredentials(table: LoadedTable, options?: StorageCredentialsOptions): StorageCredentials
}

/** Connects to Iceberg REST catalogs. */
export const RestCatalog: { connect(options: ConnectOptions): Promise<RestCatalog> } = {
  /**
   * Connects to a catalog: checks the options, opens the authentication, and loads the configuration of the server (`getConfig`).
   *
   * @throws {HeadgateError} for options that are invalid or contradict each other
   * @throws {AuthError} with the property to change
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
    return { ...createOperations(session), [Symbol.asyncDispose]: close }
  },
}

const createOperations = (session: Session): Omit<RestCatalog, typeof Symbol.asyncDispose> => ({
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
