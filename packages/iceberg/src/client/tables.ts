import type { StringMap } from '../fields.ts'
import type { PartitionField } from '../metadata/partition/types.ts'
import { encodeSchema } from '../metadata/schema/encode-schema.ts'
import type { StructType } from '../metadata/schema/types.ts'
import type { SortOrder } from '../metadata/sort/types.ts'
import type { TableIdentifier } from '../rest/identifier.ts'
import type { Namespace } from '../rest/names.ts'
import { call, delegationHeader, supports } from './call.ts'
import { resolveExistence } from './existence.ts'
import { loadTable, type LoadTableOptions } from './load-table.ts'
import { decodeLoadedTable, type LoadedTable } from './loaded-table.ts'
import { listPages, type ListOptions, type Pages } from './pages.ts'
import { toIdentifier, decodeIdentifiers, toTableParams } from './identifiers.ts'
import type { CallOptions, Delegation, Session } from './session.ts'

/** Definition of a table to create. */
export interface NewTable {
  /** Schema. The partition spec and the sort order refer to its column ids. The server assigns new ids to the table. */
  readonly schema: StructType
  /** Partition spec. Default: the table is unpartitioned. */
  readonly partitionSpec?: { readonly 'spec-id'?: number; readonly fields: readonly PartitionField[] }
  /** Sort order. Default: the table is unsorted. */
  readonly writeOrder?: SortOrder
  /** Location of the table. Default: the server chooses a location. */
  readonly location?: string
  readonly properties?: StringMap
  /** Whether the table is only staged: the client can write files, and the first commit creates the table (`assert-create`). */
  readonly stageCreate?: boolean
}

/** Lowest id of a partition field (Iceberg table specification, Partition Specs). */
const FIRST_PARTITION_ID = 1_000

/** Metadata file to register as a table. */
export interface Registration {
  readonly metadataLocation: string
  /** Whether an existing table with this name is replaced. Default: false. */
  readonly overwrite?: boolean
}

export interface TableOperations {
  /** Lists the tables of a namespace. Fetches each page when the iteration reaches it. */
  listTables(namespace: Namespace, options?: ListOptions): Pages<TableIdentifier>
  loadTable(identifier: TableIdentifier, options?: LoadTableOptions): Promise<LoadedTable>
  tableExists(identifier: TableIdentifier, options?: CallOptions): Promise<boolean>
  /**
   * Creates a table, or, with `stageCreate`, prepares a staged table that the first commit creates.
   *
   * @example
   * ```ts
   * const schema = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: true }] } as const
   * await catalog.createTable({ namespace: ['sales'], name: 'orders' }, { schema })
   * ```
   */
  createTable(
    identifier: TableIdentifier,
    table: NewTable,
    options?: CallOptions & Delegation,
  ): Promise<LoadedTable>
  /** Registers an existing metadata file as a table. */
  registerTable(
    identifier: TableIdentifier,
    registration: Registration,
    options?: CallOptions & Delegation,
  ): Promise<LoadedTable>
  /** Removes a table from the catalog and keeps its files. Later commits of clients that loaded the table fail. */
  unregisterTable(identifier: TableIdentifier, options?: CallOptions): Promise<LoadedTable>
  /** Drops a table. With `purge`, the server also deletes its files. */
  dropTable(
    identifier: TableIdentifier,
    options?: CallOptions & { readonly purge?: boolean | undefined },
  ): Promise<void>
  renameTable(from: TableIdentifier, to: TableIdentifier, options?: CallOptions): Promise<void>
}

export const tableOperations = (session: Session): TableOperations => ({
  listTables: (namespace, options) =>
    listPages(
      session,
      'listTables',
      { namespace, member: 'identifiers', decode: decodeIdentifiers },
      options,
    ),

  loadTable: (identifier, options) => loadTable(session, identifier, options),

  async tableExists(identifier, options = {}) {
    const params = { ...options, ...toTableParams(identifier) }
    if (supports(session, 'tableExists')) return await resolveExistence(call(session, 'tableExists', params))
    return await resolveExistence(call(session, 'loadTable', { ...params, query: { snapshots: 'refs' } }))
  },

  async createTable({ namespace, name }, table, { accessDelegation, ...options } = {}) {
    const { schema, partitionSpec, writeOrder, location, properties, stageCreate = false } = table
    const response = await call(session, 'createTable', {
      ...options,
      namespace,
      headers: delegationHeader(session, { accessDelegation }),
      body: {
        name,
        schema: encodeSchema({ 'schema-id': 0, ...schema }),
        'partition-spec': partitionSpec && {
          'spec-id': 0,
          ...partitionSpec,
          // The server assigns new ids, but some servers refuse fields without an id.
          fields: partitionSpec.fields.map((field, index) => ({
            'field-id': FIRST_PARTITION_ID + index,
            ...field,
          })),
        },
        'write-order': writeOrder,
        location,
        properties,
        'stage-create': stageCreate,
      },
    })
    return decodeLoadedTable('createTable', response, { namespace, name }, stageCreate)
  },

  async registerTable({ namespace, name }, registration, { accessDelegation, ...options } = {}) {
    const { metadataLocation, overwrite } = registration
    const response = await call(session, 'registerTable', {
      ...options,
      namespace,
      headers: delegationHeader(session, { accessDelegation }),
      body: { name, 'metadata-location': metadataLocation, overwrite },
    })
    return decodeLoadedTable('registerTable', response, { namespace, name })
  },

  async unregisterTable(identifier, options = {}) {
    const response = await call(session, 'unregisterTable', { ...options, ...toTableParams(identifier) })
    return decodeLoadedTable('unregisterTable', response, toIdentifier(identifier))
  },

  async dropTable(identifier, { purge, ...options } = {}) {
    const query = { purgeRequested: purge?.toString() }
    await call(session, 'dropTable', { ...options, ...toTableParams(identifier), query })
  },

  async renameTable(from, to, options = {}) {
    await call(session, 'renameTable', {
      ...options,
      body: { source: toIdentifier(from), destination: toIdentifier(to) },
    })
  },
})
