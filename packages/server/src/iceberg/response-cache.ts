import type { SnapshotMode } from '@headgate/iceberg/rest'
import { type EncodedText, isCachedText, type TextRef } from '../catalog/metadata-text-cache.ts'
import type { ResponseSuffix } from '../catalog/response-suffix.ts'
import type { StorageAccessResponse } from '../credentials/wire-form.ts'
import type { Response } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import type { EncodedResponse } from './responses.ts'

/** Metadata text of a response, the name of its relation, and the encoding of the response. */
export interface ResponseText {
  readonly ref: TextRef
  readonly snapshots: SnapshotMode
  readonly encoded: EncodedText
  readonly encoding: 'plain' | 'compressed'
}

interface Cached {
  /** Response without storage access. */
  withoutAccess?: EncodedResponse & { readonly suffix: ResponseSuffix }
  /** Response with the storage access that was issued last. */
  last?: EncodedResponse & { readonly access: StorageAccessResponse }
}

type CachedByEncoding = Record<ResponseText['encoding'], Cached>

const cachedByText = new WeakMap<EncodedText, CachedByEncoding>()

/**
 * Returns the response with a metadata text, its suffix, and a storage access (null: none). Encoded responses are cached as
 * long as their metadata text. For each encoding, the cache contains the response without storage access, and
 * the response with the most recent storage access. So its size does not depend on the number of readers.
 *
 * @param encode encodes the response. Its argument states whether the response will be cached
 */
export function cachedResponse(
  { metadataTexts }: Pick<IcebergDeps, 'metadataTexts'>,
  { ref, snapshots, encoded, encoding }: ResponseText,
  { access, suffix }: { readonly access: StorageAccessResponse | null; readonly suffix: ResponseSuffix },
  encode: (isCached: boolean) => EncodedResponse,
): Response {
  if (!isCachedText(encoded)) return encode(false).response
  let all = cachedByText.get(encoded)
  if (all === undefined) cachedByText.set(encoded, (all = { plain: {}, compressed: {} }))
  const cached = all[encoding]
  const { withoutAccess, last } = cached
  if (access === null && withoutAccess?.suffix === suffix) return withoutAccess.response
  if (access !== null && last?.access === access) return last.response
  const response = encode(true)
  if (access === null) cached.withoutAccess = { ...response, suffix }
  else cached.last = { ...response, access }
  const [plain, compressed] = [all.plain.withoutAccess?.text, all.compressed.withoutAccess?.text]
  const bytes =
    bytesIn(all.plain) + bytesIn(all.compressed) - (plain?.length ?? 0) - (compressed?.length ?? 0)
  metadataTexts.addResponses(ref, snapshots, encoded, { plain, compressed, bytes })
  return response.response
}

/**
 * Returns the number of bytes that cached responses contain as copies. Large responses contain no copy: they
 * consist of the shared text and a short suffix.
 */
function bytesIn({ withoutAccess, last }: Cached): number {
  return copiedBytes(withoutAccess) + copiedBytes(last)
}

function copiedBytes(encoded: EncodedResponse | undefined): number {
  const body = encoded?.response.body
  return body instanceof Uint8Array ? body.length : 0
}
