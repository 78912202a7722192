import { decodeIfNoneMatch, matchesEtag, type SnapshotMode } from '@headgate/iceberg/rest'
import { checkMetadataFile } from '../catalog/check-metadata-file.ts'
import type { Target } from '../catalog/target.ts'
import { issueStorageAccess } from '../credentials/issue-storage-access.ts'
import type { GrantedView } from '../credentials/storage-grant.ts'
import type { Response, Call } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { emptyConfigSuffix, tableSuffix } from './load-result.ts'
import { cachedResponse } from './response-cache.ts'
import {
  acceptsGzip,
  compressedResponse,
  formatMetadataEtag,
  notModified,
  plainResponse,
} from './responses.ts'
import { auditedResponse } from '../credentials/audit-access.ts'
import { committedAccessRequest } from './storage-access.ts'

/**
 * Encodes the response to a load of a table or view that the caller may read.
 *
 * @param views views through which the caller reads the table or view
 */
export async function loadResponse(
  deps: IcebergDeps,
  call: Call,
  target: Target,
  snapshots: SnapshotMode,
  views: readonly GrantedView[] = [],
): Promise<Response> {
  const { relation } = target
  const location = relation.metadataLocation
  if (deps.verifyMetadataFiles) checkMetadataFile(target)
  // Only tables have storage access, and the console never receives it.
  const mayVend = relation.kind === 'table' && !call.isFromConsole
  const request = mayVend ? committedAccessRequest(call, target, views) : null
  const issued = request === null ? null : await issueStorageAccess(deps, request, call)
  const access = auditedResponse(call, issued)
  const bare = relation.kind === 'table' ? tableSuffix(target) : emptyConfigSuffix
  // The ETag must change with the `config` of the response. Without storage access, `config` contains only the settings
  // of scan planning.
  const version = access?.version ?? (bare === emptyConfigSuffix ? undefined : bare.text.toString())
  const etag = (): string => formatMetadataEtag(target.metadataKey, snapshots, version)
  const condition = call.method === 'GET' ? call.header('if-none-match') : undefined
  if (condition !== undefined && matchesEtag(decodeIfNoneMatch(condition), etag())) return notModified(etag())
  const encoded = await deps.metadataTexts.get(target, relation, snapshots)
  const text = { ref: target, snapshots, encoded }
  const suffix = access?.suffix ?? bare
  if (acceptsGzip(call.header('accept-encoding'), encoded)) {
    return cachedResponse(deps, { ...text, encoding: 'compressed' }, { access, suffix }, (isCached) =>
      compressedResponse(location, encoded, suffix, etag(), isCached),
    )
  }
  const plain = encoded.plain ?? (await deps.metadataTexts.inflated(target, snapshots, encoded))
  return cachedResponse(deps, { ...text, encoding: 'plain' }, { access, suffix }, (isCached) =>
    plainResponse({ location, text: plain, suffix, etag: etag() }, isCached),
  )
}
