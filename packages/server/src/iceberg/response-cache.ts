import { type BodyPlace, isHeld, type ServedBody } from '../catalog/body-cache.ts'
import type { ResponseSuffix } from '../catalog/response-suffix.ts'
import type { StorageAccessResponse } from '../credentials/wire-form.ts'
import type { Response } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import type { EncodedResponse } from './responses.ts'

/** Metadata text of a response, and its entry in the cache of metadata texts. */
export interface ServedText {
  readonly place: BodyPlace
  readonly form: 'all' | 'refs'
  readonly served: ServedBody
  readonly encoding: 'plain' | 'compressed'
}

interface Cached {
  withoutAccess?: EncodedResponse & { readonly suffix: ResponseSuffix }
  last?: EncodedResponse & { readonly access: StorageAccessResponse }
}

type CachedByEncoding = Record<ServedText['encoding'], Cached>

const cachedByBody = new WeakMap<ServedBody, CachedByEncoding>()

/**
 * Returns the response with a metadata text, its suffix, and a storage access (null: none). Encoded responses are cached as
 * long as their metadata text. For each encoding, the cache contains the response without storage access, and
 * the response with the most recent storage access. So its size does not depend on the number of readers.
 *
 * @param encode encodes the response. Its argument states whether the response will be cached
 */
export function cachedResponse(
  { bodies }: Pick<IcebergDeps, 'bodies'>,
  { place, form, served, encoding }: ServedText,
  { access, suffix }: { readonly access: StorageAccessResponse | null; readonly suffix: ResponseSuffix },
  encode: (isCached: boolean) => EncodedResponse,
): Response {
  if (!isHeld(served)) return encode(false).response
  let all = cachedByBody.get(served)
  if (all === undefined) cachedByBody.set(served, (all = { plain: {}, compressed: {} }))
  const cached = all[encoding]
  const { withoutAccess, last } = cached
  if (access === null && withoutAccess?.suffix === suffix) return withoutAccess.response
  if (access !== null && last?.access === access) return last.response
  const encoded = encode(true)
  if (access === null) cached.withoutAccess = { ...encoded, suffix }
  else cached.last = { ...encoded, access }
  const [plain, compressed] = [all.plain.withoutAccess?.text, all.compressed.withoutAccess?.text]
  const bytes =
    bytesIn(all.plain) + bytesIn(all.compressed) - (plain?.length ?? 0) - (compressed?.length ?? 0)
  bodies.addResponses(place, form, served, { plain, compressed, bytes })
  return encoded.response
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
