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

/** Location of a metadata text: a name in a warehouse. */
export interface BodyPlace {
  readonly warehouse: Warehouse
  readonly identifier: TableIdentifier
  /** The entry that was cached when the name was resolved: the store did not send that text again. */
  readonly held?: ServedBody | null
}

/** The text of one metadata file in its served forms. At least one of `plain` and `compressed` is not null. */
export interface ServedBody {
  /** The `toMetadataKey` its row. */
  readonly key: string
  readonly plain: Buffer | null
  readonly compressed: CompressedBody | null
}

/** A cached text. Its texts may become views of a response that was made of them. */
class Held implements ServedBody {
  readonly key: string
  plain: Buffer | null
  compressed: CompressedBody | null
  /** Bytes of the cached responses made of it, without the texts. */
  answerBytes = 0

  constructor({ key, plain, compressed }: ServedBody) {
    this.key = key
    this.plain = plain
    this.compressed = compressed
  }

  get bytes(): number {
    return (
      (this.plain?.length ?? 0) + (this.compressed?.compressed.length ?? 0) + this.answerBytes + bytesBeside
    )
  }
}

/** Estimate of the bytes of keys, locations, headers and objects of one entry. */
const bytesBeside = 1_000

/** Responses that are cached with the text that they were made of. */
export interface KeptAnswers {
  /** The part of a response that is the text. */
  readonly plain?: Buffer | undefined
  /** The part of a response that is the compressed text. */
  readonly compressed?: Buffer | undefined
  /** Bytes of all responses without these two parts. */
  readonly bytes: number
}

/** Returns whether a text is cached, so that responses made of it can be cached with it. */
export function isHeld(served: ServedBody): boolean {
  return served instanceof Held
}

/**
 * Caches the newest loaded metadata text of each name. Each entry is served only to relations with the same
 * `toMetadataKey`: id, digest and location. Bounded by bytes.
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

  /** Bytes of all entries. */
  get bytes(): number {
    return this.#entries.calculatedSize
  }

  /** Returns the text that was cached last for a name. The store does not send it again while its key is the current one. */
  held(at: BodyPlace, form: Form): ServedBody | null {
    return this.#entries.get(keyOf(at, form)) ?? null
  }

  /** Returns the text of a row that was resolved with this form: from the cache, the row, or storage. */
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
      return this.#keep(keyOf(at, form), { key, plain: null, compressed: body })
    }
    return this.#reads.join(`${form} ${key}`, () => this.#read(at, row, form, isWhole))
  }

  /** Returns the plain text. It is decompressed once and cached. */
  async plain(at: BodyPlace, row: RelationRow, form: Form): Promise<Buffer> {
    return this.inflated(at, form, await this.get(at, row, form))
  }

  /** Returns the plain text of a result of `get`. Concurrent callers share one decompression. */
  inflated(at: BodyPlace, form: Form, served: ServedBody): Buffer | Promise<Buffer> {
    const { key, plain, compressed } = served
    if (plain) return plain
    if (!compressed) throw new Error('A served body has no text.')
    return this.#decompressions.join(`${form} ${key}`, async () =>
      this.#keepPlain(at, form, served, await decompress(compressed)),
    )
  }

  #keepPlain(at: BodyPlace, form: Form, served: ServedBody, text: Buffer): Buffer {
    this.#change(keyOf(at, form), served, (held) => (held.plain ??= text))
    return text
  }

  /** Caches responses with the text that they were made of. A response that contains the text replaces the text itself. */
  answered(at: BodyPlace, form: Form, served: ServedBody, { plain, compressed, bytes }: KeptAnswers): void {
    this.#change(keyOf(at, form), served, (held) => {
      if (plain !== undefined) held.plain = plain
      if (compressed !== undefined && held.compressed !== null)
        held.compressed = { ...held.compressed, compressed }
      held.answerBytes = bytes
    })
  }

  /** Changes an entry and its size, unless it was replaced or evicted. */
  #change(key: string, served: ServedBody, change: (held: Held) => void): void {
    const held = this.#entries.peek(key)
    if (held !== served || held === undefined) return
    change(held)
    // `set` ignores a new size of the value that the cache already has.
    this.#entries.delete(key)
    this.#entries.set(key, held, { size: held.bytes })
  }

  /** Caches a text that was just written. `key` is the `toMetadataKey` its row. */
  add(at: BodyPlace, key: string, plain: Buffer, compressed: CompressedBody | null): void {
    this.#keep(keyOf(at, 'all'), { key, plain, compressed })
  }

  #keep(entry: string, text: ServedBody): ServedBody {
    const held = new Held(text)
    this.#entries.set(entry, held, { size: held.bytes })
    // The cache refuses entries that exceed its size.
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
    return this.#keep(keyOf(at, form), { key: toMetadataKey(row), plain, compressed })
  }
}

function keyOf({ warehouse, identifier }: BodyPlace, form: Form): string {
  return `${form} ${nameKey(warehouse.id, identifier)}`
}
