import type { StringMap } from '../fields.ts'
import type { TableIdentifier } from '../rest/identifier.ts'
import type { Namespace } from '../rest/names.ts'
import type { OperationId } from '../rest/operations.ts'
import type { CatalogConfig } from './config.ts'
import { connect, type ConnectOptions } from './connect.ts'
import type { StorageCredential } from './credentials/storage-credential.ts'
import {
  storageCredentials,
  type StorageCredentials,
  type StorageCredentialsOptions,
} from './credentials/storage-credentials.ts'
import type { LoadedTable } from './loaded-table.ts'
import * as namespaces from './namespaces.ts'
import { supports, type CallOptions, type Delegation, type Session } from './session.ts'
import * as tables from './tables.ts'

/**
 * A catalog that speaks the Iceberg REST protocol.
 *
 * Every method throws `IcebergRestError` for an error answer, `IcebergConnectionError` when there is none,
 * `HeadgateError` for what cannot be asked (`bad-request`, `unsupported`), and the signal's reason when it is aborted.
 * 64-bit integers are exact: numbers while they are safe, bigints beyond.
 *
 * @example
 * ```ts
 * const catalog = await RestCatalog.connect({
 *   uri: 'https://catalog.example.com',
 *   warehouse: 'lakehouse',
 *   auth: bearerAuth(({ renew }) => tokens.get({ fresh: renew })),
 * })
 * for await (const { name } of catalog.listTables(['sales'])) console.log(name)
 *
 * const table = await catalog.loadTable({ namespace: ['sales'], name: 'orders' })
 * const s3 = new S3Client({ region: 'eu-central-1', credentials: catalog.storageCredentials(table) })
 * ```
 */
export class RestCatalog implements AsyncDisposable {
  readonly #session: Session

  private constructor(session: Session) {
    this.#session = session
  }

  /** Reads the server's configuration (`getConfig`) and keeps to it. */
  static async connect(options: ConnectOptions): Promise<RestCatalog> {
    return new RestCatalog(await connect(options))
  }

  /** What the server said about itself and the warehouse. */
  get config(): CatalogConfig {
    return this.#session.config
  }

  /** Whether the server lists this operation. */
  supports(operation: OperationId): boolean {
    return supports(this.#session, operation)
  }

  /** The children of a namespace, or the outermost level; pages are fetched as they are needed. */
  listNamespaces(options?: namespaces.ListNamespacesOptions): AsyncGenerator<Namespace, void, undefined> {
    return namespaces.listNamespaces(this.#session, options)
  }

  /** @returns its properties, with what the server added */
  createNamespace(namespace: Namespace, properties?: StringMap, options?: CallOptions): Promise<StringMap> {
    return namespaces.createNamespace(this.#session, namespace, properties, options)
  }

  /** @returns its properties */
  loadNamespace(namespace: Namespace, options?: CallOptions): Promise<StringMap> {
    return namespaces.loadNamespace(this.#session, namespace, options)
  }

  namespaceExists(namespace: Namespace, options?: CallOptions): Promise<boolean> {
    return namespaces.namespaceExists(this.#session, namespace, options)
  }

  updateNamespaceProperties(
    namespace: Namespace,
    changes: namespaces.PropertyChanges,
    options?: CallOptions,
  ): Promise<namespaces.ChangedProperties> {
    return namespaces.updateNamespaceProperties(this.#session, namespace, changes, options)
  }

  /** Only an empty namespace can be dropped. */
  dropNamespace(namespace: Namespace, options?: CallOptions): Promise<void> {
    return namespaces.dropNamespace(this.#session, namespace, options)
  }

  /** The tables of a namespace; pages are fetched as they are needed. */
  listTables(
    namespace: Namespace,
    options?: namespaces.ListOptions,
  ): AsyncGenerator<TableIdentifier, void, undefined> {
    return tables.listTables(this.#session, namespace, options)
  }

  loadTable(identifier: TableIdentifier, options?: tables.LoadTableOptions): Promise<LoadedTable> {
    return tables.loadTable(this.#session, identifier, options)
  }

  tableExists(identifier: TableIdentifier, options?: CallOptions): Promise<boolean> {
    return tables.tableExists(this.#session, identifier, options)
  }

  /**
   * Creates a table, or with `stageCreate` prepares one that the first commit creates.
   *
   * @example
   * ```ts
   * const schema = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: true }] } as const
   * await catalog.createTable({ namespace: ['sales'], name: 'orders' }, { schema })
   * ```
   */
  createTable(
    identifier: TableIdentifier,
    table: tables.NewTable,
    options?: CallOptions & Delegation,
  ): Promise<LoadedTable> {
    return tables.createTable(this.#session, identifier, table, options)
  }

  /** Makes a table of a metadata file that is there already. */
  registerTable(
    identifier: TableIdentifier,
    registration: { readonly metadataLocation: string; readonly overwrite?: boolean },
    options?: CallOptions & Delegation,
  ): Promise<LoadedTable> {
    return tables.registerTable(this.#session, identifier, registration, options)
  }

  /**
   * Commits to a table: all updates, if all requirements hold. With `outcomeUnknown` on the error the commit may have
   * been made, so files that it refers to must stay; otherwise it certainly was not.
   */
  commitTable(
    identifier: TableIdentifier,
    commit: tables.TableCommit,
    options?: CallOptions,
  ): Promise<tables.CommittedTable> {
    return tables.commitTable(this.#session, identifier, commit, options)
  }

  /** `purge`: the server deletes the files too. */
  dropTable(
    identifier: TableIdentifier,
    options?: CallOptions & { readonly purge?: boolean | undefined },
  ): Promise<void> {
    return tables.dropTable(this.#session, identifier, options)
  }

  renameTable(from: TableIdentifier, to: TableIdentifier, options?: CallOptions): Promise<void> {
    return tables.renameTable(this.#session, from, to, options)
  }

  /** Storage credentials, once. Ones that renew themselves: `storageCredentials`. */
  loadCredentials(
    identifier: TableIdentifier,
    options?: tables.LoadCredentialsOptions,
  ): Promise<readonly StorageCredential[]> {
    return tables.loadCredentials(this.#session, identifier, options)
  }

  /**
   * Access to the storage of a table, loaded or staged, that renews itself for as long as the server allows.
   *
   * @example
   * ```ts
   * const table = await catalog.createTable(identifier, { schema, stageCreate: true })
   * const credentials = catalog.storageCredentials(table)
   * const s3 = new S3Client({ region, endpoint: table.config['s3.endpoint'], credentials })
   * // … hours later, with keys that were renewed in between:
   * await catalog.commitTable(identifier, { requirements: [{ type: 'assert-create' }], updates })
   * ```
   */
  storageCredentials(table: LoadedTable, options?: StorageCredentialsOptions): StorageCredentials {
    return storageCredentials(this.#session, table, options)
  }

  /** Ends what the authentication holds. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.http[Symbol.asyncDispose]()
  }
}
