import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { decodeIfNoneMatch, matchesEtag, type SnapshotMode } from '@headgate/iceberg/rest'
import type { RelationRef } from '../../catalog/target.ts'
import { issueCredentials, issueStorageAccess } from '../../credentials/issue-storage-access.ts'
import type { StorageTarget } from '../../credentials/storage-grant.ts'
import type { StorageAccessResponse } from '../../credentials/wire-form.ts'
import type { Call, Response } from '../../operation/operation.ts'
import type { Chain } from '../../privilege.ts'
import { loadRelation } from '../../upstream/load.ts'
import type { RemoteMetadata } from '../../upstream/load-result.ts'
import type { RecordedRelation } from '../../upstream/record.ts'
import type { IcebergDeps } from '../deps.ts'
import { emptyConfigSuffix } from '../load-result.ts'
import { metadataResponse, notModified } from '../responses.ts'
import { auditedResponse } from '../../credentials/audit-access.ts'
import { accessRequest } from '../storage-access.ts'
import { encodeLoad } from './encode-load.ts'

/** Table or view of the upstream catalog that a response contains. */
export interface LoadedForResponse {
  readonly metadata: RemoteMetadata
  readonly row: RecordedRelation
  /** Privilege chain of the relation, or of the namespace for a staged table. */
  readonly chain: Chain
  readonly kind: 'table' | 'view'
  readonly snapshots?: SnapshotMode
  readonly staged?: boolean
  /**
   * True when a response without storage access is better than an error, because the table was already created. Its
   * location may be outside the allowed locations of the warehouse.
   */
  readonly isCreated?: boolean
}

/**
 * Encodes the response with a table or view of the upstream catalog. The configuration and the credentials of the
 * upstream are replaced by those of this server.
 */
export async function loadedResponse(
  deps: IcebergDeps,
  call: Call,
  ref: RelationRef,
  loaded: LoadedForResponse,
): Promise<Response> {
  const { metadata, row, snapshots = 'all', staged = false } = loaded
  const mayVend = loaded.kind === 'table' && !call.isFromConsole
  const access = mayVend ? await issueAccess(deps, call, ref, loaded) : null
  if (staged) {
    const { metadataLocation: location, text } = metadata
    return metadataResponse({ location, text, suffix: access?.suffix ?? emptyConfigSuffix, etag: null })
  }
  const { etag, response } = encodeLoad(metadata, { rowId: row.id, snapshots, access })
  const condition = call.method === 'GET' ? call.header('if-none-match') : undefined
  const isCurrent = condition !== undefined && matchesEtag(decodeIfNoneMatch(condition), etag)
  return isCurrent ? notModified(etag) : response
}

/**
 * Issues credentials for a table of the upstream catalog to a client that requests only credentials. Loads the table
 * first, because grants on a table that was replaced in the upstream do not count.
 */
export async function upstreamCredentials(
  deps: IcebergDeps,
  call: Call,
  ref: RelationRef,
): Promise<StorageAccessResponse | null> {
  const { name, metadata, row } = await loadRelation(deps, call, ref, 'table', 'refs', call.signal)
  const target = recordedTarget(row, name.chain)
  const request = accessRequest(call, ref, target, metadata.location)
  return auditedResponse(call, await issueCredentials(deps, request, call))
}

async function issueAccess(
  deps: IcebergDeps,
  call: Call,
  ref: RelationRef,
  { metadata, row, chain, staged = false, isCreated = false }: LoadedForResponse,
): Promise<StorageAccessResponse | null> {
  const target = staged
    ? { ...recordedTarget(row, chain), table: { id: row.id, staged, namespaceId: row.namespaceId }, chain }
    : recordedTarget(row, chain)
  const request = accessRequest(call, ref, target, metadata.location)
  try {
    return auditedResponse(call, await issueStorageAccess(deps, request, call))
  } catch (error) {
    // The upstream catalog chose the refused location. The request of the client is correct, so the client receives
    // `bad-gateway` instead of `bad-request`.
    if (isHeadgateError(error, 'bad-request'))
      throw new HeadgateError('bad-gateway', error.message, { cause: error })
    if (!isCreated || !isHeadgateError(error, 'forbidden')) throw error
    call.audit.reason = error.message
    return null
  }
}

/** Returns the state (`StorageTarget`) from which storage access is decided for a table of the upstream catalog. */
function recordedTarget(row: RecordedRelation, chain: Chain): StorageTarget {
  return {
    table: { id: row.id, staged: false, namespaceId: row.namespaceId },
    chain: withId(chain, row.id),
    prefixes: row.prefixes,
    revokedBefore: row.revokedBefore,
  }
}

/**
 * Returns the privilege chain with the id of the relation's database row, which may have been written after the
 * decision.
 */
function withId(chain: Chain, id: string): Chain {
  const [, ...above] = chain.ids
  return { ...chain, ids: [id, ...above] }
}
