import type { TableMetadata } from '@headgate/iceberg/metadata'
import type { ViewMetadata } from '@headgate/iceberg/view'
import { sharedCache, type SharedCache } from '../cache.ts'

/**
 * Estimated memory in bytes for each byte of metadata text. Decoded metadata with its cached parts of the
 * text takes several times the memory of the text.
 */
const bytesPerTextByte = 7

interface Entry<Metadata> {
  readonly key: string
  readonly metadata: Metadata
}

/**
 * Caches the latest decoded metadata of each relation for the next commit. Decoded metadata is immutable, so
 * several requests can share it. The estimated total size in bytes is limited.
 */
export class DecodedMetadataCache<Metadata extends TableMetadata | ViewMetadata> {
  readonly #entries: SharedCache<Entry<Metadata>>

  constructor(maxBytes: number) {
    this.#entries = sharedCache({ maxSize: Math.max(1, Math.floor(maxBytes)) })
  }

  /**
   * Returns the cached metadata of a relation with this metadata key (`toMetadataKey`). Returns undefined
   * when the cache contains no metadata or another version.
   */
  get(relationId: string, key: string): Metadata | undefined {
    const entry = this.#entries.get(relationId)
    return entry?.key === key ? entry.metadata : undefined
  }

  add(relationId: string, key: string, metadata: Metadata, textBytes: number): void {
    this.#entries.set(relationId, { key, metadata }, { size: textBytes * bytesPerTextByte + 500 })
  }
}
