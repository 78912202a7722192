import { LRUCache } from 'lru-cache'
import { stringify } from '@headgate/json'
import type { Storage } from '../storage/storage.ts'
import type { BodyForm, PackedBody, RelationRow } from '../store/relations.ts'
import { parseMetadataText, readMetadataText } from './metadata-file.ts'
import { pack, unpack } from './packed-body.ts'
import { tableModel } from './relation-model.ts'

/** Metadata text in the forms it is served in. At least one of `plain` and `packed` is there. */
export interface ServedBody {
  readonly plain: Buffer | null
  readonly packed: PackedBody | null
}

interface Entry {
  plain: Buffer | null
  packed: PackedBody | null
}

/**
 * Metadata texts by the location of their file. A metadata file never changes, so an entry is never wrong; the
 * cache is bounded by bytes.
 */
export class BodyCache {
  readonly #entries: LRUCache<string, Entry>
  readonly #maxFileBytes: number
  readonly #reading = new Map<string, Promise<Entry>>()
  /** Where the metadata of a name was seen last: worth asking the store not to send that one again. */
  readonly #seen = new LRUCache<string, string>({ max: 50_000 })

  constructor(options: { readonly maxBytes: number; readonly maxFileBytes: number }) {
    this.#maxFileBytes = options.maxFileBytes
    this.#entries = new LRUCache({
      maxSize: Math.max(1, Math.floor(options.maxBytes)),
      sizeCalculation: ({ plain, packed }) => (plain?.length ?? 0) + (packed?.packed.length ?? 0) + 200,
    })
  }

  /** Bytes of text that are held. */
  get bytes(): number {
    return this.#entries.calculatedSize
  }

  /** The metadata location for which this name's body need not be sent, if it is still the current one; else null. */
  known(warehouseId: string, path: string, name: string, form: BodyForm): string | null {
    const location = this.#seen.get(nameKey(warehouseId, path, name))
    return location !== undefined && this.#entries.has(keyOf(location, form)) ? location : null
  }

  saw(warehouseId: string, path: string, name: string, location: string): void {
    this.#seen.set(nameKey(warehouseId, path, name), location)
  }

  /** The text for a row that was resolved with this form: from the row, from the cache, or from storage. */
  async get(row: RelationRow, form: 'all' | 'refs', storage: Storage): Promise<ServedBody> {
    return this.#entry(row, form, storage)
  }

  /** The plain text, inflated once and kept. */
  async plain(row: RelationRow, form: 'all' | 'refs', storage: Storage): Promise<Buffer> {
    const entry = await this.#entry(row, form, storage)
    if (entry.plain) return entry.plain
    if (!entry.packed) throw new Error('a body entry without a body')
    const plain = await unpack(entry.packed)
    const kept = { plain, packed: entry.packed }
    this.#entries.set(keyOf(row.metadataLocation, form), kept)
    return plain
  }

  /** Remembers a text that was just written. */
  add(location: string, plain: Buffer, packed: PackedBody | null): void {
    this.#entries.set(keyOf(location, 'all'), { plain, packed })
  }

  async #entry(row: RelationRow, form: 'all' | 'refs', storage: Storage): Promise<Entry> {
    const key = keyOf(row.metadataLocation, form)
    const cached = this.#entries.get(key)
    if (cached) return cached
    if (row.body) {
      const entry = { plain: null, packed: row.body }
      this.#entries.set(key, entry)
      return entry
    }
    let reading = this.#reading.get(key)
    if (!reading) {
      reading = this.#read(row, form, storage).finally(() => this.#reading.delete(key))
      this.#reading.set(key, reading)
    }
    return reading
  }

  async #read(row: RelationRow, form: 'all' | 'refs', storage: Storage): Promise<Entry> {
    let plain = await readMetadataText(storage, row.metadataLocation, this.#maxFileBytes)
    if (form === 'refs' && row.kind === 'table') {
      const referenced = tableModel.referencedOnly(
        tableModel.decode(parseMetadataText(plain, row.metadataLocation)),
      )
      if (referenced !== null) plain = Buffer.from(stringify(tableModel.encode(referenced)))
    }
    const entry = { plain, packed: await pack(plain) }
    this.#entries.set(keyOf(row.metadataLocation, form), entry)
    return entry
  }
}

function keyOf(location: string, form: BodyForm): string {
  return `${form} ${location}`
}

function nameKey(warehouseId: string, path: string, name: string): string {
  return `${warehouseId}\u001e${path}\u001e${name}`
}
