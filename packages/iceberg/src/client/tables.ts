import type { StringMap } from '../fields.ts'
import type { PartitionField } from '../metadata/partition/types.ts'
import { encodeSchema } from '../metadata/schema/encode-schema.ts'
import type { StructType } from '../metadata/schema/types.ts'
import type { SortOrder } from '../metadata/sort/types.ts'
import type { TableIdentifier } from '../rest/identifier.ts'
import type { Namespace } from '../rest/names.ts'
import { call, delegationHeader, supports } from './call.ts'
import { existence } from './existence.ts'
import { loadTable, type LoadTableOptions } from './load-table.ts'
import { readLoadedTable, type LoadedTable } from './loaded-table.ts'
import { listPages, type ListOptions, type Pages } from './pages.ts'
import { bare, decodeIdentifiers, placeOf } from './place.ts'
import type { CallOptions, Delegation, Session } from './session.ts'

/** What a table is made of. */
export interface NewTable {
  /** Its ids only tie the spec and the order to it; the table gets fresh ones. */
  readonly schema: StructType
  /** Default: unpartitioned. */
  readonly partitionSpec?: { readonly 'spec-id'?: number; readonly fields: readonly PartitionField[] }
  /** Default: unsorted. */
  readonly writeOrder?: SortOrder
  /** Default: the server chooses. */
  readonly location?: string
  readonly properties?: StringMap
  /** Only prepare it: files can be written, and the first commit, with `assert-create`, creates it. */
  readonly stageCreate?: boolean
}

/** Ids of partition fields begin here (Iceberg table specification, Partition Specs). */
const FIRST_PARTITION_ID = 1_000

/** A metadata file that is to become a table. */
export interface Registration {
  readonly metadataLocation: string
  /** Take the place of what is registered under the name. */
  readonly overwrite?: boolean
}

export interface TableOperations {
  /** The tables of a namespace; pages are fetched as they are needed. */
  listTables(namespace: Namespace, options?: ListOptions): Pages<TableIdentifier>
  loadTable(identifier: TableIdentifier, options?: LoadTableOptions): Promise<LoadedTable>
  tableExists(identifier: TableIdentifier, options?: CallOptions): Promise<boolean>
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
    table: NewTable,
    options?: CallOptions & Delegation,
  ): Promise<LoadedTable>
  /** Makes a table of a metadata file that is there already. */
  registerTable(
    identifier: TableIdentifier,
    registration: Registration,
    options?: CallOptions & Delegation,
  ): Promise<LoadedTable>
  /** The catalog forgets the table and leaves its files; commits by those who hold it fail from then on. */
  unregisterTable(identifier: TableIdentifier, options?: CallOptions): Promise<LoadedTable>
  /** `purge`: the server deletes the files too. */
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
    const at = { ...options, ...placeOf(identifier) }
    if (supports(session, 'tableExists')) return await existence(call(session, 'tableExists', at))
    return await existence(call(session, 'loadTable', { ...at, query: { snapshots: 'refs' } }))
  },

  async createTable({ namespace, name }, table, { accessDelegation, ...options } = {}) {
    const { schema, partitionSpec, writeOrder, location, properties, stageCreate = false } = table
    const answer = await call(session, 'createTable', {
      ...options,
      namespace,
      headers: delegationHeader(session, { accessDelegation }),
      body: {
        name,
        schema: encodeSchema({ 'schema-id': 0, ...schema }),
        'partition-spec': partitionSpec && {
          'spec-id': 0,
          ...partitionSpec,
          // The server gives them ids of its own, but some insist on one.
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
    return readLoadedTable('createTable', answer, { namespace, name }, stageCreate)
  },

  async registerTable({ namespace, name }, registration, { accessDelegation, ...options } = {}) {
    const { metadataLocation, overwrite } = registration
    const answer = await call(session, 'registerTable', {
      ...options,
      namespace,
      headers: delegationHeader(session, { accessDelegation }),
      body: { name, 'metadata-location': metadataLocation, overwrite },
    })
    return readLoadedTable('registerTable', answer, { namespace, name })
  },

  async unregisterTable(identifier, options = {}) {
    const answer = await call(session, 'unregisterTable', { ...options, ...placeOf(identifier) })
    return readLoadedTable('unregisterTable', answer, bare(identifier))
  },

  async dropTable(identifier, { purge, ...options } = {}) {
    const query = { purgeRequested: purge?.toString() }
    await call(session, 'dropTable', { ...options, ...placeOf(identifier), query })
  },

  async renameTable(from, to, options = {}) {
    await call(session, 'renameTable', { ...options, body: { source: bare(from), destination: bare(to) } })
  },
})
