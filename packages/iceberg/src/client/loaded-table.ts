import type { Json, JsonObject } from '@headgate/json'
import { decodeObject, decodeString, optional, required, type StringMap } from '../fields.ts'
import { decodeTableMetadata } from '../metadata/table/decode-table.ts'
import type { TableMetadata } from '../metadata/types.ts'
import type { TableIdentifier } from '../rest/identifier.ts'
import type { OperationId } from '../rest/operations.ts'
import { decodeStorageCredentials, type StorageCredential } from './credentials/storage-credential.ts'
import { decodeProperties } from './decode-properties.ts'
import type { CallResponse } from './http/send-call.ts'
import { readAs } from './call.ts'
import { decodeMultiMap, type MultiMap } from './multi-map.ts'

/** A table as a client holds it: `LoadTableResult` of the Iceberg REST specification, with its name. */
export interface LoadedTable {
  readonly identifier: TableIdentifier
  /** Only prepared: the first commit creates it. */
  readonly staged: boolean
  /** null while it is staged. */
  readonly metadataLocation: string | null
  readonly metadata: TableMetadata
  /** What the server says about access to this table. Holds secrets. */
  readonly config: StringMap
  /** Holds secrets. */
  readonly storageCredentials: readonly StorageCredential[]
  /** What goes with each request that the server is to sign: see `signRequest`. */
  readonly remoteSigning: RemoteSigningConfig
  /** Changes with the metadata, and with what else the answer depends on. */
  readonly etag: string | null
}

/** Sent along, as it is, with each request for a signature. */
export interface RemoteSigningConfig {
  readonly properties?: StringMap
  readonly headers?: MultiMap
}

export function readLoadedTable(
  operation: OperationId,
  answer: CallResponse,
  identifier: TableIdentifier,
  staged = false,
): LoadedTable {
  return readAs(operation, answer.json, (value) => {
    const body = decodeObject(value)
    const metadataLocation = optional(body, 'metadata-location', decodeString) ?? null
    return {
      identifier,
      staged,
      metadataLocation,
      metadata: required(body, 'metadata', decodeTableMetadata),
      ...accessOf(body),
      remoteSigning: optional(body, 'remote-signing-config', decodeRemoteSigning) ?? {},
      etag: answer.headers.get('etag'),
    }
  })
}

/** What a load says about access to storage. */
export interface TableAccess {
  readonly config: StringMap
  readonly storageCredentials: readonly StorageCredential[]
}

export interface TableAccessAnswer extends TableAccess {
  /** null where a table has none (format 1). */
  readonly uuid: string | null
}

/** Only the access out of an answer: the metadata, which may be long, is not decoded. */
export function readTableAccess(json: Json): TableAccessAnswer {
  return readAs('loadTable', json, (value) => {
    const body = decodeObject(value)
    const metadata = required(body, 'metadata', decodeObject)
    return { uuid: optional(metadata, 'table-uuid', decodeString) ?? null, ...accessOf(body) }
  })
}

function accessOf(body: JsonObject): TableAccess {
  return {
    config: optional(body, 'config', decodeProperties) ?? {},
    storageCredentials: optional(body, 'storage-credentials', decodeStorageCredentials) ?? [],
  }
}

function decodeRemoteSigning(value: Json): RemoteSigningConfig {
  const object = decodeObject(value)
  const properties = optional(object, 'properties', decodeProperties)
  const headers = optional(object, 'headers', decodeMultiMap)
  return { ...(properties && { properties }), ...(headers && { headers }) }
}
