import type { TableMetadata } from '@headgate/iceberg/metadata'
import type { ViewMetadata } from '@headgate/iceberg/view'
import { sharedCache, type SharedCache } from '../cache.ts'

/**
 * Estimated number of bytes in memory for each byte of text. A decoded model with its cached text parts takes several
 * times the memory of the text.
 */
const bytesPerTextByte = 7

interface Entry<Metadata> {
  readonly key: string
  readonly metadata: Metadata
}

/**
 * Caches the newest decoded metadata of each relation for the next commit. Models are immutable, so several requests
 * can share one. The cache is bounded by an estimate of the bytes.
 */
export class ModelCache<Metadata extends TableMetadata | ViewMetadata> {
  readonly #entries: SharedCache<Entry<Metadata>>

  constructor(maxBytes: number) {
    this.#entries = sharedCache({ maxSize: Math.max(1, Math.floor(maxBytes)) })
  }

  /**
   * Returns the decoded metadata with this `toMetadataKey`. Returns undefined when the cache contains another version.
   */
  get(relationId: string, key: string): Metadata | undefined {
    const entry = this.#entries.get(relationId)
    return entry?.key === key ? entry.metadata : undefined
  }

  add(relationId: string, key: string, metadata: Metadata, textBytes: number): void {
    this.#entries.set(relationId, { key, metadata }, { size: textBytes * bytesPerTextByte + 500 })
  }
}
