import { type BodyPlace, isHeld, type ServedBody } from '../catalog/body-cache.ts'
import type { StorageAccessResponse } from '../credentials/wire-form.ts'
import type { Response } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import type { EncodedResponse } from './responses.ts'

/** Metadata text of a response, and its place in the cache. */
export interface ServedText {
  readonly place: BodyPlace
  readonly form: 'all' | 'refs'
  readonly served: ServedBody
  readonly encoding: 'plain' | 'compressed'
}

interface Cached {
  withoutAccess?: EncodedResponse
  last?: EncodedResponse & { readonly access: StorageAccessResponse }
}

type CachedByEncoding = Record<ServedText['encoding'], Cached>

const cachedByBody = new WeakMap<ServedBody, CachedByEncoding>()

/**
 * Returns the response with a text and a storage access, which may be none. Responses are cached as long as their text is:
 * for each encoding, the one without storage access and the one with the last storage access, so that the size of the cache
 * does not grow with the number of readers.
 *
 * @param encode gets whether the response will be cached
 */
export function cachedResponse(
  { bodies }: Pick<IcebergDeps, 'bodies'>,
  { place, form, served, encoding }: ServedText,
  access: StorageAccessResponse | null,
  encode: (isCached: boolean) => EncodedResponse,
): Response {
  if (!isHeld(served)) return encode(false).response
  let all = cachedByBody.get(served)
  if (all === undefined) cachedByBody.set(served, (all = { plain: {}, compressed: {} }))
  const cached = all[encoding]
  const { withoutAccess, last } = cached
  if (access === null && withoutAccess !== undefined) return withoutAccess.response
  if (access !== null && last?.access === access) return last.response
  const encoded = encode(true)
  if (access === null) cached.withoutAccess = encoded
  else cached.last = { ...encoded, access }
  const [plain, compressed] = [all.plain.withoutAccess?.text, all.compressed.withoutAccess?.text]
  const bytes =
    bytesIn(all.plain) + bytesIn(all.compressed) - (plain?.length ?? 0) - (compressed?.length ?? 0)
  bodies.answered(place, form, served, { plain, compressed, bytes })
  return encoded.response
}

/** Returns the bytes of copies. Large responses are not copied: they consist of the text and a short suffix. */
function bytesIn({ withoutAccess, last }: Cached): number {
  return copiedBytes(withoutAccess) + copiedBytes(last)
}

function copiedBytes(encoded: EncodedResponse | undefined): number {
  const body = encoded?.response.body
  return body instanceof Uint8Array ? body.length : 0
}
