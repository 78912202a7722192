import type { SnapshotMode, TableIdentifier } from '@headgate/iceberg/rest'
import { sharedCache, type SharedCache } from '../cache.ts'
import { SingleFlight } from '../concurrency/single-flight.ts'
import { toMetadataKey, type CompressedText, type RelationRow } from '../store/relations.ts'
import { lacksReferencedForm, referencedForm } from './metadata-file.ts'
import { nameKey } from './name-key.ts'
import { compress, decompress } from './compressed-text.ts'
import { readRecordedMetadata } from './recorded-metadata.ts'
import type { Warehouse } from './warehouses.ts'

/** Name of a relation in a warehouse whose metadata text is requested. */
export interface TextRef {
  readonly warehouse: Warehouse
  readonly identifier: TableIdentifier
  /**
   * Text that the cache contained for this name when the row was read. If it is still current, the database
   * has not returned the text again.
   */
  readonly cachedText?: EncodedText | null
}

/**
 * Metadata text of a relation in the forms that the server can send: plain text and compressed. At least one
 * of `plain` and `compressed` is not null.
 */
export interface EncodedText {
  /** Metadata key (`toMetadataKey`) of the row of the relation. */
  readonly key: string
  readonly plain: Buffer | null
  readonly compressed: CompressedText | null
}

/**
 * Cache entry of a metadata text. If the cache also contains responses with this text, its buffers are slices
 * of these responses, so that the bytes are in memory only once.
 */
class CachedText implements EncodedText {
  readonly key: string
  plain: Buffer | null
  compressed: CompressedText | null
  /** Number of bytes of the cached responses, without the metadata text inside them. */
  responseBytes = 0

  constructor({ key, plain, compressed }: EncodedText) {
    this.key = key
    this.plain = plain
    this.compressed = compressed
  }

  get bytes(): number {
    return (
      (this.plain?.length ?? 0) +
      (this.compressed?.compressed.length ?? 0) +
      this.responseBytes +
      entryOverheadBytes
    )
  }
}

/** Estimate of the bytes of keys, locations, headers and objects of one entry. */
const entryOverheadBytes = 1_000

/** Cached responses that contain the same metadata text. */
export interface CachedResponses {
  /** Slice of a response that contains the plain text. */
  readonly plain?: Buffer | undefined
  /** Slice of a response that contains the compressed text. */
  readonly compressed?: Buffer | undefined
  /** Bytes of all responses, without the slices `plain` and `compressed`. */
  readonly bytes: number
}

/**
 * Returns whether a metadata text is stored in the cache. Responses are cached only together with such a
 * text.
 */
export function isCachedText(encoded: EncodedText): boolean {
  return encoded instanceof CachedText
}

/**
 * Caches the newest loaded metadata text of each relation name. An entry is used only for a row with the same
 * metadata key (`toMetadataKey`: id, digest and location). The total size in bytes is limited.
 */
export class MetadataTextCache {
  readonly #entries: SharedCache<CachedText>
  readonly #maxFileBytes: number
  readonly #reads = new SingleFlight<EncodedText>()
  readonly #decompressions = new SingleFlight<Buffer>()

  constructor(options: { readonly maxBytes: number; readonly maxFileBytes: number }) {
    this.#maxFileBytes = options.maxFileBytes
    this.#entries = sharedCache({ maxSize: Math.max(1, Math.floor(options.maxBytes)) })
  }

  /** Total size of all cache entries in bytes. */
  get bytes(): number {
    return this.#entries.calculatedSize
  }

  /**
   * Returns the cached text of a name, or null. The caller passes the key of this text to the query, so that
   * the database returns the text only if it has changed.
   */
  cached(ref: TextRef, snapshots: SnapshotMode): EncodedText | null {
    return this.#entries.get(toKey(ref, snapshots)) ?? null
  }

  /**
   * Returns the metadata text of a row from the cache, the row or storage.
   *
   * @param snapshots snapshots of the text, as in the query that returned the row
   */
  get(ref: TextRef, row: RelationRow, snapshots: SnapshotMode): EncodedText | Promise<EncodedText> {
    const { body } = row
    const key = toMetadataKey(row)
    if (ref.cachedText?.key === key) return ref.cachedText
    // A concurrent load of the same row may have cached the text already.
    const newest = this.cached(ref, snapshots)
    if (newest?.key === key) return newest
    // True when the row or the file contains only the text with all snapshots.
    const mustReduce =
      snapshots === 'refs' && row.kind === 'table' && (body === null || lacksReferencedForm(body.length))
    if (body && !mustReduce) {
      return this.#cache(toKey(ref, snapshots), { key, plain: null, compressed: body })
    }
    return this.#reads.join(`${snapshots} ${key}`, () => this.#read(ref, row, snapshots, mustReduce))
  }

  /**
   * Returns the plain metadata text of a row. The result is cached, so that the text is decompressed only
   * once.
   */
  async plain(ref: TextRef, row: RelationRow, snapshots: SnapshotMode): Promise<Buffer> {
    return this.inflated(ref, snapshots, await this.get(ref, row, snapshots))
  }

  /**
   * Returns the plain text for a text that `get` returned. Decompresses it if necessary; concurrent callers
   * share one decompression.
   */
  inflated(ref: TextRef, snapshots: SnapshotMode, encoded: EncodedText): Buffer | Promise<Buffer> {
    const { key, plain, compressed } = encoded
    if (plain) return plain
    if (!compressed) throw new Error('The cache entry has neither a plain nor a compressed text.')
    return this.#decompressions.join(`${snapshots} ${key}`, async () =>
      this.#cachePlain(ref, snapshots, encoded, await decompress(compressed)),
    )
  }

  #cachePlain(ref: TextRef, snapshots: SnapshotMode, encoded: EncodedText, text: Buffer): Buffer {
    this.#change(toKey(ref, snapshots), encoded, (cached) => (cached.plain ??= text))
    return text
  }

  /**
   * Caches responses that contain a metadata text. Replaces the buffers of the cached text by slices of the
   * responses, so that the bytes are in memory only once.
   */
  addResponses(
    ref: TextRef,
    snapshots: SnapshotMode,
    encoded: EncodedText,
    { plain, compressed, bytes }: CachedResponses,
  ): void {
    this.#change(toKey(ref, snapshots), encoded, (cached) => {
      if (plain !== undefined) cached.plain = plain
      if (compressed !== undefined && cached.compressed !== null)
        cached.compressed = { ...cached.compressed, compressed }
      cached.responseBytes = bytes
    })
  }

  /** Changes an entry and updates its size, unless the entry was replaced or evicted. */
  #change(key: string, encoded: EncodedText, change: (cached: CachedText) => void): void {
    const cached = this.#entries.peek(key)
    if (cached !== encoded || cached === undefined) return
    change(cached)
    // `set` does not update the size when the cache already contains the same value.
    this.#entries.delete(key)
    this.#entries.set(key, cached, { size: cached.bytes })
  }

  /**
   * Caches a metadata text that a commit has just written. `key` is the metadata key of its row
   * (`toMetadataKey`).
   */
  add(ref: TextRef, key: string, plain: Buffer, compressed: CompressedText | null): void {
    this.#cache(toKey(ref, 'all'), { key, plain, compressed })
  }

  #cache(entry: string, text: EncodedText): EncodedText {
    const cached = new CachedText(text)
    this.#entries.set(entry, cached, { size: cached.bytes })
    // The cache does not accept an entry that is larger than the whole cache.
    return this.#entries.peek(entry) === cached ? cached : text
  }

  async #read(
    ref: TextRef,
    row: RelationRow,
    snapshots: SnapshotMode,
    mustReduce: boolean,
  ): Promise<EncodedText> {
    const { metadataLocation, body } = row
    const text =
      body === null
        ? await readRecordedMetadata(ref.warehouse.storage, row, this.#maxFileBytes)
        : await decompress(body)
    const plain = mustReduce ? referencedForm(text, metadataLocation) : text
    const compressed = plain === text && body !== null ? body : await compress(plain)
    return this.#cache(toKey(ref, snapshots), { key: toMetadataKey(row), plain, compressed })
  }
}

function toKey({ warehouse, identifier }: TextRef, snapshots: SnapshotMode): string {
  return `${snapshots} ${nameKey(warehouse.id, identifier)}`
}
