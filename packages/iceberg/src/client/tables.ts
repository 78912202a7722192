import type { Json } from '@headgate/json'
import { decodeArray, decodeObject, decodeString, optional, required, type StringMap } from '../fields.ts'
import { encodeSchema } from '../metadata/schema/encode-schema.ts'
import type { PartitionField } from '../metadata/partition/types.ts'
import type { TableRequirement } from '../metadata/requirement/types.ts'
import type { StructType } from '../metadata/schema/types.ts'
import type { SortOrder } from '../metadata/sort/types.ts'
import { decodeTableMetadata } from '../metadata/table/decode-table.ts'
import type { TableMetadata } from '../metadata/types.ts'
import type { TableUpdate } from '../metadata/update/types.ts'
import type { TableIdentifier } from '../rest/identifier.ts'
import type { Namespace } from '../rest/names.ts'
import type { SnapshotMode } from '../rest/query.ts'
import { decodeStorageCredentials, type StorageCredential } from './credentials/storage-credential.ts'
import { encodeTableUpdate } from './encode-update.ts'
import { readLoadedTable, type LoadedTable } from './loaded-table.ts'
import { existence, type ListOptions } from './namespaces.ts'
import { everyPage, type ListPage } from './pages.ts'
import {
  call,
  delegationHeader,
  readAs,
  requireSupport,
  send,
  supports,
  type Call,
  type CallOptions,
  type Delegation,
  type Session,
} from './session.ts'

export const placeOf = ({ namespace, name }: TableIdentifier): { namespace: Namespace; table: string } => ({
  namespace,
  table: name,
})

export function listTables(
  session: Session,
  namespace: Namespace,
  { pageSize = session.pageSize, signal }: ListOptions = {},
): AsyncGenerator<TableIdentifier, void, undefined> {
  return everyPage('listTables', async (token): Promise<ListPage<TableIdentifier>> => {
    const query = { pageToken: encodeURIComponent(token), pageSize: pageSize?.toString() }
    const { json } = await call(session, 'listTables', { namespace, query, signal })
    return readAs('listTables', json, (value) => {
      const body = decodeObject(value)
      return {
        items: required(body, 'identifiers', (list) => decodeArray(list, decodeIdentifier)),
        next: optional(body, 'next-page-token', decodeString) || null,
      }
    })
  })
}

const decodeIdentifier = (value: Json): TableIdentifier => {
  const object = decodeObject(value)
  return {
    namespace: required(object, 'namespace', (levels) => decodeArray(levels, decodeString)),
    name: required(object, 'name', decodeString),
  }
}

export interface LoadTableOptions extends CallOptions, Delegation {
  /** `refs`: only snapshots that a branch or tag refers to. */
  readonly snapshots?: SnapshotMode | undefined
}

export async function loadTable(
  session: Session,
  identifier: TableIdentifier,
  { snapshots, signal, ...delegation }: LoadTableOptions = {},
): Promise<LoadedTable> {
  const headers = delegationHeader(session, delegation)
  const answer = await call(session, 'loadTable', {
    ...placeOf(identifier),
    query: { snapshots },
    headers,
    signal,
  })
  return readLoadedTable('loadTable', answer, identifier)
}

export function tableExists(
  session: Session,
  identifier: TableIdentifier,
  { signal }: CallOptions = {},
): Promise<boolean> {
  const at = placeOf(identifier)
  if (supports(session, 'tableExists')) return existence(call(session, 'tableExists', { ...at, signal }))
  return existence(call(session, 'loadTable', { ...at, query: { snapshots: 'refs' }, signal }))
}

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

export async function createTable(
  session: Session,
  identifier: TableIdentifier,
  table: NewTable,
  { signal, ...delegation }: CallOptions & Delegation = {},
): Promise<LoadedTable> {
  const { schema, partitionSpec, writeOrder, location, properties, stageCreate = false } = table
  const answer = await call(session, 'createTable', {
    namespace: identifier.namespace,
    headers: delegationHeader(session, delegation),
    body: {
      name: identifier.name,
      schema: encodeSchema({ 'schema-id': 0, ...schema }),
      'partition-spec': partitionSpec && { 'spec-id': 0, ...partitionSpec },
      'write-order': writeOrder,
      location,
      properties,
      'stage-create': stageCreate,
    },
    signal,
  })
  return readLoadedTable('createTable', answer, identifier, stageCreate)
}

export async function registerTable(
  session: Session,
  identifier: TableIdentifier,
  registration: { readonly metadataLocation: string; readonly overwrite?: boolean },
  { signal, ...delegation }: CallOptions & Delegation = {},
): Promise<LoadedTable> {
  const { metadataLocation, overwrite } = registration
  const answer = await call(session, 'registerTable', {
    namespace: identifier.namespace,
    headers: delegationHeader(session, delegation),
    body: { name: identifier.name, 'metadata-location': metadataLocation, overwrite },
    signal,
  })
  return readLoadedTable('registerTable', answer, identifier)
}

/** A change to a table that is made as a whole or not at all. */
export interface TableCommit {
  readonly requirements: readonly TableRequirement[]
  /** In the order in which they are applied. */
  readonly updates: readonly TableUpdate[]
}

export interface CommittedTable {
  readonly metadataLocation: string
  readonly metadata: TableMetadata
  readonly etag: string | null
}

export async function commitTable(
  session: Session,
  identifier: TableIdentifier,
  { requirements, updates }: TableCommit,
  { signal }: CallOptions = {},
): Promise<CommittedTable> {
  const answer = await call(session, 'updateTable', {
    ...placeOf(identifier),
    body: {
      identifier: bare(identifier),
      requirements: requirements.map((requirement) => ({ ...requirement })),
      updates: updates.map(encodeTableUpdate),
    },
    signal,
  })
  return readAs('updateTable', answer.json, (value) => {
    const body = decodeObject(value)
    return {
      metadataLocation: required(body, 'metadata-location', decodeString),
      metadata: required(body, 'metadata', decodeTableMetadata),
      etag: answer.headers.get('etag'),
    }
  })
}

export async function dropTable(
  session: Session,
  identifier: TableIdentifier,
  { purge, signal }: CallOptions & { readonly purge?: boolean | undefined } = {},
): Promise<void> {
  const query = { purgeRequested: purge?.toString() }
  await call(session, 'dropTable', { ...placeOf(identifier), query, signal })
}

/** Without what a caller's object may hold beside it. */
const bare = ({ namespace, name }: TableIdentifier): { namespace: Namespace; name: string } => ({
  namespace,
  name,
})

export async function renameTable(
  session: Session,
  from: TableIdentifier,
  to: TableIdentifier,
  { signal }: CallOptions = {},
): Promise<void> {
  await call(session, 'renameTable', { body: { source: bare(from), destination: bare(to) }, signal })
}

export interface LoadCredentialsOptions extends CallOptions {
  /** Renews the one credential that it came with. Excludes `planId`. */
  readonly storageRefreshToken?: string | undefined
  /** Credentials of a scan that the server planned. */
  readonly planId?: string | undefined
}

export async function loadCredentials(
  session: Session,
  identifier: TableIdentifier,
  options?: LoadCredentialsOptions,
): Promise<readonly StorageCredential[]> {
  requireSupport(session, 'loadCredentials')
  return fetchCredentials(session, identifier, options)
}

/** The same, also where the server does not list the operation. */
export async function fetchCredentials(
  session: Session,
  identifier: TableIdentifier,
  { storageRefreshToken, planId, ...rest }: LoadCredentialsOptions & Pick<Call, 'maxRetries'> = {},
): Promise<readonly StorageCredential[]> {
  const query = {
    storageRefreshToken: storageRefreshToken && encodeURIComponent(storageRefreshToken),
    planId: planId && encodeURIComponent(planId),
  }
  const { json } = await send(session, 'loadCredentials', { ...placeOf(identifier), query, ...rest })
  return readCredentials(json)
}

export function readCredentials(json: Json): readonly StorageCredential[] {
  return readAs(
    'loadCredentials',
    json,
    (value) => optional(decodeObject(value), 'storage-credentials', decodeStorageCredentials) ?? [],
  )
}
