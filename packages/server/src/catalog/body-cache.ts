import type { TableIdentifier } from '@headgate/iceberg/rest'
import { sharedCache, type SharedCache } from '../cache.ts'
import { type BodyForm, metadataKeyOf, type PackedBody, type RelationRow } from '../store/relations.ts'
import { lacksReferencedForm, referencedForm } from './metadata-file.ts'
import { nameKey } from './name-key.ts'
import { pack, unpack } from './packed-body.ts'
import { readRecordedMetadata } from './recorded-metadata.ts'
import { Recurring } from './recurring.ts'
import type { Warehouse } from './warehouses.ts'

type Form = Exclude<BodyForm, 'none'>

/** Where a body stands. */
export interface BodyPlace {
  readonly warehouse: Warehouse
  readonly identifier: TableIdentifier
  /** What was held when the name was looked up: the store did not send that text again. */
  readonly held?: ServedBody | null
}

/** The text of one metadata file in the forms it is served in. At least one of `plain` and `packed` is there. */
export interface ServedBody {
  /** The `metadataKeyOf` the row that it belongs to. */
  readonly key: string
  readonly plain: Buffer | null
  readonly packed: PackedBody | null
}

/** What is held. Its texts may come to lie in an answer that is made of them. */
class Held implements ServedBody {
  readonly key: string
  plain: Buffer | null
  packed: PackedBody | null
  /** Of the answers that are kept with it, without the texts. */
  answerBytes = 0

  constructor({ key, plain, packed }: ServedBody) {
    this.key = key
    this.plain = plain
    this.packed = packed
  }

  get bytes(): number {
    return (this.plain?.length ?? 0) + (this.packed?.packed.length ?? 0) + this.answerBytes + bytesBeside
  }
}

/** Keys, locations, headers and the objects that hold them. */
const bytesBeside = 1_000

/** Answers that are kept with the text they were made of. */
export interface KeptAnswers {
  /** The text as it stands in one of them. */
  readonly plain?: Buffer | undefined
  /** The packed text as it stands in one of them. */
  readonly packed?: Buffer | undefined
  /** Of all of them, without those two. */
  readonly bytes: number
}

/** Whether a text is kept for others to come, and what is made of it worth keeping. */
export function isHeld(served: ServedBody): boolean {
  return served instanceof Held
}

/**
 * Caches the newest metadata text of each name, once it was loaded more than once or was expensive to make. Each entry is
 * served only to relations with the same `metadataKeyOf`: id, digest and location. Bounded by bytes.
 */
export class BodyCache {
  readonly #entries: SharedCache<Held>
  readonly #recurring = new Recurring()
  readonly #maxFileBytes: number
  readonly #reading = new Map<string, Promise<ServedBody>>()
  readonly #inflating = new Map<string, Promise<Buffer>>()

  constructor(options: { readonly maxBytes: number; readonly maxFileBytes: number }) {
    this.#maxFileBytes = options.maxFileBytes
    this.#entries = sharedCache({ maxSize: Math.max(1, Math.floor(options.maxBytes)) })
  }

  /** Bytes that are held. */
  get bytes(): number {
    return this.#entries.calculatedSize
  }

  /** Returns the text that was cached last for a name. The store does not send it again while its key is the current one. */
  held(at: BodyPlace, form: Form): ServedBody | null {
    return this.#entries.get(keyOf(at, form)) ?? null
  }

  /** The text for a row that was resolved with this form: from what is held, from the row, or from storage. */
  get(at: BodyPlace, row: RelationRow, form: Form): ServedBody | Promise<ServedBody> {
    const { body } = row
    const key = metadataKeyOf(row)
    if (at.held?.key === key) return at.held
    // A concurrent load of the same row may have cached the text already.
    const newest = this.held(at, form)
    if (newest?.key === key) return newest
    const isWhole =
      form === 'refs' && row.kind === 'table' && (body === null || lacksReferencedForm(body.length))
    if (body && !isWhole) {
      const entry = keyOf(at, form)
      const text = { key, plain: null, packed: body }
      return newest !== null || this.#recurring.again(entry) ? this.#keep(entry, text) : text
    }
    const file = `${form} ${key}`
    let reading = this.#reading.get(file)
    if (!reading) {
      reading = this.#read(at, row, form, isWhole).finally(() => this.#reading.delete(file))
      this.#reading.set(file, reading)
    }
    return reading
  }

  /** The plain text, inflated once and kept. */
  async plain(at: BodyPlace, row: RelationRow, form: Form): Promise<Buffer> {
    return this.inflated(at, form, await this.get(at, row, form))
  }

  /** The plain text of what `get` gave. Those who ask for it at the same time wait for one inflation. */
  inflated(at: BodyPlace, form: Form, served: ServedBody): Buffer | Promise<Buffer> {
    const { key, plain, packed } = served
    if (plain) return plain
    if (!packed) throw new Error('a body without a text')
    const file = `${form} ${key}`
    const running = this.#inflating.get(file)
    if (running) return running
    const text = unpack(packed)
    if (!(text instanceof Promise)) return this.#keepPlain(at, form, served, text)
    const inflating = text
      .then((plain) => this.#keepPlain(at, form, served, plain))
      .finally(() => this.#inflating.delete(file))
    this.#inflating.set(file, inflating)
    return inflating
  }

  #keepPlain(at: BodyPlace, form: Form, served: ServedBody, text: Buffer): Buffer {
    this.#change(keyOf(at, form), served, (held) => (held.plain ??= text))
    return text
  }

  /**
   * Answers were made of a text and are kept with it. Where it stands in one of them, it need not be held for itself: that
   * place takes its place.
   */
  answered(at: BodyPlace, form: Form, served: ServedBody, { plain, packed, bytes }: KeptAnswers): void {
    this.#change(keyOf(at, form), served, (held) => {
      if (plain !== undefined) held.plain = plain
      if (packed !== undefined && held.packed !== null) held.packed = { ...held.packed, packed }
      held.answerBytes = bytes
    })
  }

  /** Changes what is held, if it still is, and what it counts for. */
  #change(key: string, served: ServedBody, change: (held: Held) => void): void {
    const held = this.#entries.peek(key)
    if (held !== served || held === undefined) return
    change(held)
    // The cache takes no new size for a value that it has.
    this.#entries.delete(key)
    this.#entries.set(key, held, { size: held.bytes })
  }

  /** Caches a text that was just written; `key` is the `metadataKeyOf` its row. */
  add(at: BodyPlace, key: string, plain: Buffer, packed: PackedBody | null): void {
    this.#keep(keyOf(at, 'all'), { key, plain, packed })
  }

  #keep(entry: string, text: ServedBody): ServedBody {
    const held = new Held(text)
    this.#entries.set(entry, held, { size: held.bytes })
    // The cache does not take what is larger than itself.
    return this.#entries.peek(entry) === held ? held : text
  }

  async #read(at: BodyPlace, row: RelationRow, form: Form, isWhole: boolean): Promise<ServedBody> {
    const { metadataLocation, body } = row
    const text =
      body === null
        ? await readRecordedMetadata(at.warehouse.storage, row, this.#maxFileBytes)
        : await unpack(body)
    const plain = isWhole ? referencedForm(text, metadataLocation) : text
    const packed = plain === text && body !== null ? body : await pack(plain)
    return this.#keep(keyOf(at, form), { key: metadataKeyOf(row), plain, packed })
  }
}

function keyOf({ warehouse, identifier }: BodyPlace, form: Form): string {
  return `${form} ${nameKey(warehouse.id, identifier)}`
}
