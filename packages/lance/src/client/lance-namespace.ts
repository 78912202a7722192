import type { DescribeTableRequest } from '../model/wire/table.ts'
import { connect, type ConnectOptions } from './connect.ts'
import { branchOperations, type BranchOperations } from './operations/branches.ts'
import { columnOperations, type ColumnOperations } from './operations/columns.ts'
import { dataOperations, type DataOperations } from './operations/data.ts'
import { indexOperations, type IndexOperations } from './operations/indices.ts'
import {
  materializedViewOperations,
  type MaterializedViewOperations,
} from './operations/materialized-views.ts'
import { namespaceOperations, type NamespaceOperations } from './operations/namespaces.ts'
import { queryOperations, type QueryOperations } from './operations/queries.ts'
import type { About } from './operations/call-json.ts'
import { tableOperations, type TableOperations } from './operations/tables.ts'
import { tagOperations, type TagOperations } from './operations/tags.ts'
import { transactionOperations, type TransactionOperations } from './operations/transactions.ts'
import { versionOperations, type VersionOperations } from './operations/versions.ts'
import type { Session } from './session.ts'
import {
  storageOptions,
  type StorageOptions,
  type StorageOptionsOptions,
  type TableAccess,
} from './storage-options/storage-options.ts'

/**
 * Client of a Lance namespace: the 54 operations of the REST protocol, with the names, requests and responses of the
 * specification.
 *
 * Every operation throws a `LanceNamespaceError` for an error response, a `LanceConnectionError` when there is no
 * response, an `AuthError` when the request cannot be authenticated, and the reason of its signal when it is aborted.
 */
export interface LanceNamespace
  extends
    NamespaceOperations,
    TableOperations,
    VersionOperations,
    DataOperations,
    QueryOperations,
    ColumnOperations,
    IndexOperations,
    TagOperations,
    BranchOperations,
    MaterializedViewOperations,
    TransactionOperations,
    AsyncDisposable {
  /**
   * Creates options to access the storage of a table. They are renewed for as long as the server allows. The table may
   * also be a declared one without data.
   *
   * @param known response of DescribeTable, DeclareTable or CreateTable, whose options are used first
   * @example Type-checked only, because it needs a store.
   * ```ts
   * const declared = await lance.declareTable({ id: ['sales', 'orders'] })
   * await using options = lance.storageOptions({ id: ['sales', 'orders'] }, declared)
   * const s3 = new S3Client({ region: 'eu-central-1', credentials: options.aws })
   * ```
   */
  storageOptions(
    request: About<DescribeTableRequest>,
    known?: TableAccess,
    options?: StorageOptionsOptions,
  ): StorageOptions
}

/** Connects to Lance namespaces. */
export const LanceNamespace: { connect(options: ConnectOptions): Promise<LanceNamespace> } = {
  /**
   * Connects to a namespace: checks the options and opens the authentication. Sends no request to the namespace.
   *
   * @throws {HeadgateError} for options that are invalid or contradict each other
   * @throws {AuthError} with the property to change
   * @example Type-checked only, because it needs a namespace.
   * ```ts
   * await using datasets = await LanceNamespace.connect({ uri: 'https://lance.example.com', properties: { 'rest.auth.type': 'sigv4' } })
   * for await (const name of datasets.listNamespaces()) console.log(name)
   * ```
   */
  async connect(options) {
    const { session, close } = await connect(options)
    return { ...createOperations(session), [Symbol.asyncDispose]: close }
  },
}

const createOperations = (session: Session): Omit<LanceNamespace, typeof Symbol.asyncDispose> => ({
  ...namespaceOperations(session),
  ...tableOperations(session),
  ...versionOperations(session),
  ...dataOperations(session),
  ...queryOperations(session),
  ...columnOperations(session),
  ...indexOperations(session),
  ...tagOperations(session),
  ...branchOperations(session),
  ...materializedViewOperations(session),
  ...transactionOperations(session),
  storageOptions: (request, known, options) => storageOptions(session, request, known, options),
})
