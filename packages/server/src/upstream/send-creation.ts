import { type JsonObject, stringify } from '@headgate/json'
import { HeadgateError } from '@headgate/errors'
import type { OperationId } from '@headgate/iceberg/rest'
import { missingNamespace } from '../catalog/existing.ts'
import type { RelationRef } from '../catalog/target.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { IcebergKind } from '../store/relations.ts'
import type { UpstreamCaller, UpstreamDeps } from './deps.ts'
import type { Dialect } from './dialect.ts'
import { unreadableOutcome } from './failures.ts'
import { readMetadata, type RemoteMetadata } from './load-result.ts'
import type { Upstream } from './upstream.ts'
import type { VendedKeys } from './vended-keys.ts'

/** Request to create or register a table or view in an upstream catalog. */
export interface UpstreamCreation {
  readonly id: Extract<OperationId, 'createTable' | 'createView' | 'registerTable' | 'registerView'>
  readonly kind: IcebergKind
  readonly ref: RelationRef
  readonly body: JsonObject
  /** Locations that the client chose in the request. */
  readonly chosen: readonly string[]
  /** True when the request may replace an existing table with this name. */
  readonly overwrites?: boolean
  readonly idempotencyKey: string | undefined
}

/**
 * Adapts the body of a client's create request to the upstream catalog. Adds a location if the upstream
 * catalog requires one.
 *
 * @param id id of the new table's row, which becomes the last segment of a location that the server chooses
 * @throws HeadgateError `bad-request` for a name or location that the upstream catalog does not accept
 */
export function adaptCreation(
  { id: operation, ref, body }: Pick<UpstreamCreation, 'id' | 'ref' | 'body'>,
  { location, names }: Pick<Dialect, 'location' | 'names'>,
  id: string,
): JsonObject {
  const { identifier, warehouse } = ref
  const lower = identifier.name.toLowerCase()
  // The server does not convert the name to lower case. Otherwise the table would have two spellings, and
  // each rule for object names would have to match both.
  if (names === 'lower' && identifier.name !== lower)
    throw new HeadgateError(
      'bad-request',
      `The name ${identifier.name} has upper-case letters, which the upstream of warehouse ${warehouse.name} refuses: use ${lower}.`,
    )
  if (operation !== 'createTable') return body
  if (location === 'refused' && body['location'] !== undefined)
    throw new HeadgateError(
      'bad-request',
      `The upstream of warehouse ${warehouse.name} chooses the locations of tables: omit location.`,
    )
  return location === 'required' && body['location'] === undefined
    ? { ...body, location: `${warehouse.root.replace(/\/+$/, '')}/${id}` }
    : body
}

/** Response of the upstream catalog to a create request: the body, and the metadata in it. */
export interface SentCreation {
  readonly metadata: RemoteMetadata
  readonly body: Buffer
}

/** Sends a request that creates or registers a table or view. */
export async function sendCreation(
  upstream: Upstream,
  caller: UpstreamCaller,
  { id, kind, ref, idempotencyKey }: Omit<UpstreamCreation, 'body'>,
  body: JsonObject,
  signal: AbortSignal,
): Promise<SentCreation> {
  const { namespace } = ref.identifier
  caller.audit.detail = { ...caller.audit.detail, upstream: upstream.host }
  const response = await upstream.call(
    {
      id,
      target: { namespace },
      body: stringify(body),
      idempotencyKey,
      vends: kind === 'table' && usesUpstreamKeys(ref.warehouse),
      begin: () => caller.begin(),
      missing: () => missingNamespace(namespace),
    },
    signal,
  )
  try {
    return { metadata: readMetadata(response.body, kind), body: response.body }
  } catch (cause) {
    throw unreadableOutcome(ref.warehouse.name, cause)
  }
}

/**
 * Caches the storage credentials in the response to a create request, so that the first access to the table
 * needs no further request. Returns null when the response contains none, or when the warehouse does not use
 * credentials of the upstream catalog.
 */
export function keepKeys(
  { upstreams }: Pick<UpstreamDeps, 'upstreams'>,
  { kind, ref }: Pick<UpstreamCreation, 'kind' | 'ref'>,
  table: { readonly id: string; readonly staged: boolean; readonly prefixes: readonly string[] },
  body: Buffer,
): VendedKeys | null {
  if (kind !== 'table' || !usesUpstreamKeys(ref.warehouse)) return null
  return upstreams.keys.keep({ ...ref, table, prefixes: table.prefixes, permission: 'read-write' }, body)
}

function usesUpstreamKeys({ credentials }: Pick<Warehouse, 'credentials'>): boolean {
  return credentials === 'relay' || credentials === 'pass'
}
