import { LRUCache } from 'lru-cache'
import type { TableMetadata } from '@headgate/iceberg/metadata'
import type { ViewMetadata } from '@headgate/iceberg/view'

/** A decoded model takes several times the memory of its text. */
const bytesPerTextByte = 6

/**
 * Decoded metadata by the location of its file, for the next commit to the same relation. Models are immutable
 * values, so sharing them is safe; bounded by an estimate of their bytes.
 */
export class ModelCache<Metadata extends TableMetadata | ViewMetadata> {
  readonly #models: LRUCache<string, Metadata>

  constructor(maxBytes: number) {
    this.#models = new LRUCache({ maxSize: Math.max(1, Math.floor(maxBytes)) })
  }

  get(location: string): Metadata | undefined {
    return this.#models.get(location)
  }

  add(location: string, metadata: Metadata, textBytes: number): void {
    this.#models.set(location, metadata, { size: textBytes * bytesPerTextByte + 1 })
  }
}
