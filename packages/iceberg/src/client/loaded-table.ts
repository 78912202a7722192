import type { Json, JsonObject } from '@headgate/json'
import { decodeObject, decodeString, optional, required, type StringMap } from '../fields.ts'
import { decodeTableMetadata } from '../metadata/table/decode-table.ts'
import type { TableMetadata } from '../metadata/types.ts'
import type { TableIdentifier } from '../rest/identifier.ts'
import type { OperationId } from '../rest/operations.ts'
import { decodeStorageCredentials, type StorageCredential } from './credentials/storage-credential.ts'
import { decodeProperties } from './decode-properties.ts'
import type { CallResponse } from './http/send-call.ts'
import { decodeResponse } from './call.ts'
import { decodeMultiMap, type MultiMap } from './multi-map.ts'

/** Loaded table: `LoadTableResult` of the Iceberg REST specification, with the name of the table. */
export interface LoadedTable {
  readonly identifier: TableIdentifier
  /** Whether the table is staged: it does not exist yet, and the first commit creates it. */
  readonly staged: boolean
  /** Location of the metadata file. Null for a staged table. */
  readonly metadataLocation: string | null
  readonly metadata: TableMetadata
  /** Configuration for access to this table. Contains secrets. */
  readonly config: StringMap
  /** Credentials for parts of the storage of this table. Contains secrets. */
  readonly storageCredentials: readonly StorageCredential[]
  /** Values that the client must send with each request for a signature, see `signRequest`. */
  readonly remoteSigning: RemoteSigningConfig
  /**
   * ETag of the response. It changes with the metadata and with the options of the request. Null: the server sent no
   * ETag.
   */
  readonly etag: string | null
}

/** Values that the client sends unchanged with each request for a signature. */
export interface RemoteSigningConfig {
  readonly properties?: StringMap
  readonly headers?: MultiMap
}

/** Decodes the response to a request that loads, creates or registers a table. */
export function decodeLoadedTable(
  operation: OperationId,
  response: CallResponse,
  identifier: TableIdentifier,
  staged = false,
): LoadedTable {
  return decodeResponse(operation, response.json, (value) => {
    const body = decodeObject(value)
    const metadataLocation = optional(body, 'metadata-location', decodeString) ?? null
    return {
      identifier,
      staged,
      metadataLocation,
      metadata: required(body, 'metadata', decodeTableMetadata),
      ...decodeAccess(body),
      remoteSigning: optional(body, 'remote-signing-config', decodeRemoteSigning) ?? {},
      etag: response.headers.get('etag'),
    }
  })
}

/** Part of a loaded table that describes storage access. Contains secrets. */
export interface TableAccess {
  readonly config: StringMap
  readonly storageCredentials: readonly StorageCredential[]
}

export interface TableAccessResponse extends TableAccess {
  /** UUID of the table. Null: a table of format 1 without a UUID. */
  readonly uuid: string | null
}

/** Decodes only the storage access of a loaded table, because decoding large metadata is slow. */
export function decodeTableAccess(json: Json): TableAccessResponse {
  return decodeResponse('loadTable', json, (value) => {
    const body = decodeObject(value)
    const metadata = required(body, 'metadata', decodeObject)
    return { uuid: optional(metadata, 'table-uuid', decodeString) ?? null, ...decodeAccess(body) }
  })
}

function decodeAccess(body: JsonObject): TableAccess {
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
