import { sharedCache, type SharedCache } from '../cache.ts'
import type { IcebergKind } from '../store/relations.ts'
import { readMetadata, type RemoteMetadata } from './load-result.ts'
import type { EarlierResponse, UpstreamResponse } from './read-response.ts'

/** Size of the metadata, in bytes, that is copied into a response at most. */
const maxCopyBytes = 32 * 1024

/** Entity tag (RFC 9110 section 8.8.3). Longer or malformed ones are not sent back to the upstream. */
const entityTag = /^(?:W\/)?"[\x21\x23-\x7e]{0,512}"$/

interface Entry extends EarlierResponse {
  readonly metadata: RemoteMetadata
}

/**
 * Caches where the metadata is in the last response to each request. If a new response is equal to the cached
 * response, its metadata need not be located again, because comparing two buffers is many times faster than
 * searching one. The cache does not replace requests: each load still sends its request to the upstream
 * catalog.
 */
export class MetadataCache {
  readonly #entries: SharedCache<Entry>

  /**
   * Creates an empty cache.
   *
   * @param maxBytes maximum total size of the cached responses
   */
  constructor(maxBytes: number) {
    this.#entries = sharedCache({ maxSize: maxBytes, sizeCalculation: countBytes })
  }

  /** Returns the last response to a request, or null when it is not cached. */
  last(key: string): EarlierResponse | null {
    return this.#entries.peek(key) ?? null
  }

  /**
   * Returns the metadata in a response body.
   *
   * @param key warehouse, path and query of the request
   * @throws HeadgateError `bad-gateway` when the response is malformed
   */
  read(
    key: string,
    { body, headers }: Pick<UpstreamResponse, 'body' | 'headers'>,
    kind: IcebergKind,
  ): RemoteMetadata {
    const entry = this.#entries.get(key)
    const sent = headers.get('etag') ?? ''
    const etag = entityTag.test(sent) ? sent : null
    const isEqual = entry !== undefined && (entry.body === body || entry.body.equals(body))
    if (isEqual && entry.etag === etag) return entry.metadata
    const metadata = isEqual ? entry.metadata : readMetadata(body, kind)
    this.#entries.set(key, { body: isEqual ? entry.body : body, etag, metadata })
    return metadata
  }
}

/** Returns the size of an entry. Short responses of this server contain a copy of the metadata, which is cached with it. */
function countBytes({ body: { length } }: Entry): number {
  return length + Math.min(length, maxCopyBytes) + 1
}
