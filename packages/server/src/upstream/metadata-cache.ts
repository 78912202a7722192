import { sharedCache, type SharedCache } from '../cache.ts'
import type { IcebergKind } from '../store/relations.ts'
import { readMetadata, type RemoteMetadata } from './load-result.ts'

interface Entry {
  readonly body: Buffer
  readonly metadata: RemoteMetadata
}

/**
 * Finds the metadata in responses. A response that is equal to the previous one for the same request is not searched
 * again: comparing bytes is many times as fast as searching them, and the new copy is freed. The cache decides nothing:
 * each load still sends its request to the upstream.
 */
export class MetadataCache {
  readonly #entries: SharedCache<Entry>

  /** @param maxBytes maximum total size of the responses */
  constructor(maxBytes: number) {
    this.#entries = sharedCache({ maxSize: maxBytes, sizeCalculation: ({ body }) => body.length + 1 })
  }

  /** Returns the body of the last response to a request, or null. */
  lastBody(key: string): Buffer | null {
    return this.#entries.peek(key)?.body ?? null
  }

  /**
   * Returns the metadata in the response to a request.
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
