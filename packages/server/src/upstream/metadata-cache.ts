import { sharedCache, type SharedCache } from '../cache.ts'
import type { IcebergKind } from '../store/relations.ts'
import { readMetadata, type RemoteMetadata } from './load-result.ts'

/** Size of the metadata, in bytes, that is copied into a response at most. */
const maxCopyBytes = 32 * 1024

interface Entry {
  readonly body: Buffer
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
    // Short responses of this server contain a copy of the metadata, which is cached with the metadata.
    const sizeCalculation = ({ body: { length } }: Entry): number =>
      length + Math.min(length, maxCopyBytes) + 1
    this.#entries = sharedCache({ maxSize: maxBytes, sizeCalculation })
  }

  /** Returns the body of the last response to a request, or null when it is not cached. */
  lastBody(key: string): Buffer | null {
    return this.#entries.peek(key)?.body ?? null
  }

  /**
   * Returns the metadata in a response body.
   *
   * @param key warehouse, path and query of the request
   * @throws HeadgateError `bad-gateway` when the response is malformed
   */
  read(key: string, body: Buffer, kind: IcebergKind): RemoteMetadata {
    const entry = this.#entries.get(key)
    if (entry !== undefined && (entry.body === body || entry.body.equals(body))) return entry.metadata
    const metadata = readMetadata(body, kind)
    this.#entries.set(key, { body, metadata })
    return metadata
  }
}
