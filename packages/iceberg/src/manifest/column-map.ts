import type { Int64 } from '@headgate/json'
import { AvroError } from '../avro/avro-error.ts'
import { Cursor } from '../avro/cursor.ts'
import type { AvroType } from '../avro/type.ts'
import { type AvroValue, Unread } from '../avro/value-reader.ts'
import { recordIn } from './fields.ts'

/**
 * Statistics of one file by column id, such as its lower bounds. The map decodes a value only when a caller requests
 * it, because a scan needs only the columns of its filter.
 */
export interface ColumnMap<T extends Int64 | Buffer> {
  /**
   * Returns the value of a column, or null if the map contains no value. A returned Buffer shares memory with the
   * manifest.
   */
  get(columnId: number): T | null
  /** Returns all column ids with their values, in the order of the manifest. */
  entries(): [columnId: number, value: T][]
}

/**
 * Creates a column map from an undecoded value of a manifest entry. Returns null if the entry has no statistics of
 * this kind.
 */
type CreateColumnMap<T extends Int64 | Buffer> = (value: AvroValue | undefined) => ColumnMap<T> | null

/**
 * Returns the function that reads counts by column id from a manifest entry.
 *
 * @param type Avro type of the field: an array of pairs of column id and count. Undefined: the manifest lacks the
 *   field
 * @throws AvroError when the field has another type
 */
export function countMaps(type: AvroType | undefined): CreateColumnMap<Int64> {
  return columnMaps(
    type,
    'long',
    (cursor) => cursor.long(),
    (cursor) => cursor.skipInteger(),
  )
}

export function boundMaps(type: AvroType | undefined): CreateColumnMap<Buffer> {
  return columnMaps(
    type,
    'bytes',
    (cursor) => cursor.take(cursor.integer()),
    (cursor) => cursor.skipBytes(),
  )
}

/** Functions that read and skip a value of a map. All maps of a kind share them. */
interface ValueFunctions<T> {
  readonly read: (cursor: Cursor) => T
  readonly skip: (cursor: Cursor) => void
}

function columnMaps<T extends Int64 | Buffer>(
  type: AvroType | undefined,
  kind: 'long' | 'bytes',
  read: (cursor: Cursor) => T,
  skip: (cursor: Cursor) => void,
): CreateColumnMap<T> {
  const functions: ValueFunctions<T> = { read, skip }
  if (type === undefined) return () => null
  const branches = type.kind === 'union' ? type.branches : [type]
  const arrayIndex = branches.findIndex(({ kind }) => kind === 'array')
  const array = branches[arrayIndex]
  if (array?.kind !== 'array') throw notAMap()
  const [key, value, ...others] = recordIn(array.items).fields
  if (key?.type.kind !== 'int' || value?.type.kind !== kind || others.length > 0) throw notAMap()
  return (unread) => {
    if (!(unread instanceof Unread)) return null
    const cursor = new Cursor(unread.bytes, unread.at)
    if (type.kind === 'union' && cursor.integer() !== arrayIndex) return null
    return new EncodedMap(cursor.bytes, cursor.at, functions)
  }
}

class EncodedMap<T extends Int64 | Buffer> implements ColumnMap<T> {
  readonly #bytes: Buffer
  readonly #at: number
  readonly #functions: ValueFunctions<T>

  constructor(bytes: Buffer, at: number, functions: ValueFunctions<T>) {
    this.#bytes = bytes
    this.#at = at
    this.#functions = functions
  }

  get(columnId: number): T | null {
    const { read, skip } = this.#functions
    const cursor = new Cursor(this.#bytes, this.#at)
    for (let left = nextBlock(cursor); left > 0; left = nextBlock(cursor)) {
      for (; left > 0; left -= 1) {
        if (cursor.integer() === columnId) return read(cursor)
        skip(cursor)
      }
    }
    return null
  }

  entries(): [columnId: number, value: T][] {
    const cursor = new Cursor(this.#bytes, this.#at)
    const entries: [number, T][] = []
    for (let left = nextBlock(cursor); left > 0; left = nextBlock(cursor)) {
      for (; left > 0; left -= 1) entries.push([cursor.integer(), this.#functions.read(cursor)])
    }
    return entries
  }
}

/**
 * Reads the start of the next block of an Avro array, and returns its number of items. Returns 0 at the end of the
 * array.
 */
function nextBlock(cursor: Cursor): number {
  const count = cursor.integer()
  if (count < 0) cursor.skipInteger()
  return Math.abs(count)
}

function notAMap(): AvroError {
  return new AvroError('is not a manifest: the statistics of its columns have an unknown type')
}
