import type { CommittedRelation } from '../catalog/commit/committed-relation.ts'
import { currentState } from '../catalog/current-state.ts'
import type { Target } from '../catalog/target.ts'
import type { Response } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import type { ResponseSuffix } from '../catalog/response-suffix.ts'
import { formatMetadataEtag, metadataResponse } from './responses.ts'

/** Encodes the response to a commit: the new state of the table or view. */
export function encodeCommitted(
  { metadataLocation, metadataKey, text }: CommittedRelation,
  suffix: ResponseSuffix,
): Response {
  const etag = formatMetadataEtag(metadataKey, 'all')
  return metadataResponse({ location: metadataLocation, text, suffix, etag })
}

/**
 * Encodes the response to a commit that was made before: the current state of the table or view, which may contain
 * later changes.
 */
export async function encodeCurrent(
  deps: Pick<IcebergDeps, 'metadataTexts'>,
  target: Target,
  suffix: ResponseSuffix,
): Promise<Response> {
  return encodeCommitted(await currentState(deps, target), suffix)
}
