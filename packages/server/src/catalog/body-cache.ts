import type { TableIdentifier } from '@headgate/iceberg/rest'
import { sharedCache, type SharedCache } from '../cache.ts'
import { SingleFlight } from '../concurrency/single-flight.ts'
import { type BodyForm, toMetadataKey, type CompressedBody, type RelationRow } from '../store/relations.ts'
import { lacksReferencedForm, referencedForm } from './metadata-file.ts'
import { nameKey } from './name-key.ts'
import { compress, decompress } from './compressed-body.ts'
import { readRecordedMetadata } from './recorded-metadata.ts'
import type { Warehouse } from './warehouses.ts'

type Form = Exclude<BodyForm, 'none'>

/** Name of a relation in a warehouse whose metadata text is requested. */
export interface BodyPlace {
  readonly warehouse: Warehouse
  readonly identifier: TableIdentifier
  /**
   * Text that the cache contained for this name when the row was read. If it is still current, the database
   * has not returned the text again.
   */
  readonly held?: ServedBody | null
}

/**
 * Metadata text of a relation in the forms that the server can send: plain text and compressed. At least one
 * of `plain` and `compressed` is not null.
 */
export interface ServedBody {
  /** Metadata key (`toMetadataKey`) of the row of the relation. */
  readonly key: string
  readonly plain: Buffer | null
  readonly compressed: CompressedBody | null
}

/**
 * Cache entry of a metadata text. If the cache also contains responses with this text, its buffers are slices
 * of these responses, so that the bytes are in memory only once.
 */
class Held implements ServedBody {
  readonly key: string
  plain: Buffer | null
  compressed: CompressedBody | null
  /** Number of bytes of the cached responses, without the metadata text inside them. */
  responseBytes = 0

  constructor({ key, plain, compressed }: ServedBody) {
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
export function isHeld(served: ServedBody): boolean {
  return served instanceof Held
}

/**
 * Caches the newest loaded metadata text of each relation name. An entry is used only for a row with the same
 * metadata key (`toMetadataKey`: id, digest and location). The total size in bytes is limited.
 */
export class BodyCache {
  readonly #entries: SharedCache<Held>
  readonly #maxFileBytes: number
  readonly #reads = new SingleFlight<ServedBody>()
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
  held(at: BodyPlace, form: Form): ServedBody | null {
    return this.#entries.get(toKey(at, form)) ?? null
  }

  /**
   * Returns the metadata text of a row from the cache, the row or storage. `form` is the form of the text
   * that the query requested.
   */
  get(at: BodyPlace, row: RelationRow, form: Form): ServedBody | Promise<ServedBody> {
    const { body } = row
    const key = toMetadataKey(row)
    if (at.held?.key === key) return at.held
    // A concurrent load of the same row may have cached the text already.
    const newest = this.held(at, form)
    if (newest?.key === key) return newest
    const isWhole =
      form === 'refs' && row.kind === 'table' && (body === null || lacksReferencedForm(body.length))
    if (body && !isWhole) {
      return this.#cache(toKey(at, form), { key, plain: null, compressed: body })
    }
    return this.#reads.join(`${form} ${key}`, () => this.#read(at, row, form, isWhole))
  }

  /**
   * Returns the plain metadata text of a row. The result is cached, so that the text is decompressed only
   * once.
   */
  async plain(at: BodyPlace, row: RelationRow, form: Form): Promise<Buffer> {
    return this.inflated(at, form, await this.get(at, row, form))
  }

  /**
   * Returns the plain text for a text that `get` returned. Decompresses it if necessary; concurrent callers
   * share one decompression.
   */
  inflated(at: BodyPlace, form: Form, served: ServedBody): Buffer | Promise<Buffer> {
    const { key, plain, compressed } = served
    if (plain) return plain
    if (!compressed) throw new Error('The cache entry has neither a plain nor a compressed text.')
    return this.#decompressions.join(`${form} ${key}`, async () =>
      this.#cachePlain(at, form, served, await decompress(compressed)),
    )
  }

  #cachePlain(at: BodyPlace, form: Form, served: ServedBody, text: Buffer): Buffer {
    this.#change(toKey(at, form), served, (held) => (held.plain ??= text))
    return text
  }

  /**
   * Caches responses that contain a metadata text. Replaces the buffers of the cached text by slices of the
   * responses, so that the bytes are in memory only once.
   */
  addResponses(
    at: BodyPlace,
    form: Form,
    served: ServedBody,
    { plain, compressed, bytes }: CachedResponses,
  ): void {
    this.#change(toKey(at, form), served, (held) => {
      if (plain !== undefined) held.plain = plain
      if (compressed !== undefined && held.compressed !== null)
        held.compressed = { ...held.compressed, compressed }
      held.responseBytes = bytes
    })
  }

  /** Changes an entry and updates its size, unless the entry was replaced or evicted. */
  #change(key: string, served: ServedBody, change: (held: Held) => void): void {
    const held = this.#entries.peek(key)
    if (held !== served || held === undefined) return
    change(held)
    // `set` does not update the size when the cache already contains the same value.
    this.#entries.delete(key)
    this.#entries.set(key, held, { size: held.bytes })
  }

  /**
   * Caches a metadata text that a commit has just written. `key` is the metadata key of its row
   * (`toMetadataKey`).
   */
  add(at: BodyPlace, key: string, plain: Buffer, compressed: CompressedBody | null): void {
    this.#cache(toKey(at, 'all'), { key, plain, compressed })
  }

  #cache(entry: string, text: ServedBody): ServedBody {
    const held = new Held(text)
    this.#entries.set(entry, held, { size: held.bytes })
    // The cache does not accept an entry that is larger than the whole cache.
    return this.#entries.peek(entry) === held ? held : text
  }

  async #read(at: BodyPlace, row: RelationRow, form: Form, isWhole: boolean): Promise<ServedBody> {
    const { metadataLocation, body } = row
    const text =
      body === null
        ? await readRecordedMetadata(at.warehouse.storage, row, this.#maxFileBytes)
        : await decompress(body)
    const plain = isWhole ? referencedForm(text, metadataLocation) : text
    const compressed = plain === text && body !== null ? body : await compress(plain)
    return this.#cache(toKey(at, form), { key: toMetadataKey(row), plain, compressed })
  }
}

function toKey({ warehouse, identifier }: BodyPlace, form: Form): string {
  return `${form} ${nameKey(warehouse.id, identifier)}`
}
