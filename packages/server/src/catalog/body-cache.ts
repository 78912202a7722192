import type { TableIdentifier } from '@headgate/iceberg/rest'
import { sharedCache, type SharedCache } from '../cache.ts'
import type { BodyForm, PackedBody, RelationRow } from '../store/relations.ts'
import { lacksReferencedForm, readMetadataText, referencedForm } from './metadata-file.ts'
import { nameKey } from './name-key.ts'
import { pack, unpack } from './packed-body.ts'
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
  readonly location: string
  readonly plain: Buffer | null
  readonly packed: PackedBody | null
}

/** What is held. Its texts may come to lie in an answer that is made of them. */
class Held implements ServedBody {
  readonly location: string
  plain: Buffer | null
  packed: PackedBody | null
  /** Of the answers that are kept with it, without the texts. */
  answerBytes = 0

  constructor({ location, plain, packed }: ServedBody) {
    this.location = location
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
 * The newest metadata text of each name, as far as it was seen here more than once or made at some cost. A metadata file
 * never changes, so an entry is right for whoever is at its location; a commit takes the place of what it replaced. Bounded
 * by bytes.
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

  /** What was seen last at a name. If its location is still the current one, the store need not send the text again. */
  held(at: BodyPlace, form: Form): ServedBody | null {
    return this.#entries.get(keyOf(at, form)) ?? null
  }

  /** The text for a row that was resolved with this form: from what is held, from the row, or from storage. */
  get(at: BodyPlace, row: RelationRow, form: Form): ServedBody | Promise<ServedBody> {
    const { body, metadataLocation: location } = row
    if (at.held?.location === location) return at.held
    // Others who were given the same row may have been here before.
    const newest = this.held(at, form)
    if (newest?.location === location) return newest
    const isWhole =
      form === 'refs' && row.kind === 'table' && (body === null || lacksReferencedForm(body.length))
    if (body && !isWhole) {
      const key = keyOf(at, form)
      const text = { location, plain: null, packed: body }
      return newest !== null || this.#recurring.again(key) ? this.#keep(key, text) : text
    }
    const file = `${form} ${location}`
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
    const { location, plain, packed } = served
    if (plain) return plain
    if (!packed) throw new Error('a body without a text')
    const file = `${form} ${location}`
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

  /** Remembers a text that was just written. */
  add(at: BodyPlace, location: string, plain: Buffer, packed: PackedBody | null): void {
    this.#keep(keyOf(at, 'all'), { location, plain, packed })
  }

  #keep(key: string, text: ServedBody): ServedBody {
    const held = new Held(text)
    this.#entries.set(key, held, { size: held.bytes })
    // The cache does not take what is larger than itself.
    return this.#entries.peek(key) === held ? held : text
  }

  async #read(at: BodyPlace, row: RelationRow, form: Form, isWhole: boolean): Promise<ServedBody> {
    const { metadataLocation: location, body } = row
    const text =
      body === null
        ? await readMetadataText(at.warehouse.storage, location, this.#maxFileBytes)
        : await unpack(body)
    const plain = isWhole ? referencedForm(text, location) : text
    const packed = plain === text && body !== null ? body : await pack(plain)
    return this.#keep(keyOf(at, form), { location, plain, packed })
  }
}

function keyOf({ warehouse, identifier }: BodyPlace, form: Form): string {
  return `${form} ${nameKey(warehouse.id, identifier)}`
}
