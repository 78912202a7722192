import type { TableMetadata } from '@headgate/iceberg/metadata'
import type { ViewMetadata } from '@headgate/iceberg/view'
import { sharedCache, type SharedCache } from '../cache.ts'

/** A decoded model, with what is kept of its text, takes several times the memory of that. */
const bytesPerTextByte = 7

interface Entry<Metadata> {
  readonly key: string
  readonly metadata: Metadata
}

/**
 * The newest decoded metadata of each relation, for the next commit to it. Models are immutable values, so sharing
 * them is safe; bounded by an estimate of their bytes.
 */
export class ModelCache<Metadata extends TableMetadata | ViewMetadata> {
  readonly #entries: SharedCache<Entry<Metadata>>

  constructor(maxBytes: number) {
    this.#entries = sharedCache({ maxSize: Math.max(1, Math.floor(maxBytes)) })
  }

  /** Returns the model of the metadata text with this `toMetadataKey`, if it is the one that was added last. */
  get(relationId: string, key: string): Metadata | undefined {
    const entry = this.#entries.get(relationId)
    return entry?.key === key ? entry.metadata : undefined
  }

  add(relationId: string, key: string, metadata: Metadata, textBytes: number): void {
    this.#entries.set(relationId, { key, metadata }, { size: textBytes * bytesPerTextByte + 500 })
  }
}
