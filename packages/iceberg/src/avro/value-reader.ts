import type { Int64 } from '@headgate/json'
import { AvroError } from './avro-error.ts'
import type { Cursor } from './cursor.ts'
import type { AvroType, RecordField, RecordType } from './type.ts'

/**
 * Decoded value. Records are arrays of the values of their selected fields, in the order of the schema. Bytes are
 * views of the buffer that was read, and a long is a number if it is safe.
 */
export type AvroValue =
  null | boolean | Int64 | string | Buffer | Unread | ReadonlyMap<string, AvroValue> | readonly AvroValue[]

/** How a field of a record is read: decoded, passed over, or kept as an `Unread` value. */
export type FieldUse = 'read' | 'skip' | 'defer'

/** Position of an encoded value that was not decoded. Keeps the buffer of its block in memory. */
export class Unread {
  readonly bytes: Buffer
  /** Position of the first byte of the value. */
  readonly at: number

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes
    this.at = at
  }
}

/** Decodes and skips values of one Avro type. */
export interface ValueReader {
  read(cursor: Cursor): AvroValue
  skip(cursor: Cursor): void
}

/** Decides how the reader handles a field of a record at any depth. */
export type ChooseUse = (field: RecordField, record: RecordType) => FieldUse

/** Creates a reader for values of an Avro type. Decodes all fields unless `use` decides otherwise. */
export function valueReader(type: AvroType, use: ChooseUse = readAll): ValueReader {
  const readers = new Map<AvroType, ValueReader>()
  const create = (type: AvroType): ValueReader => {
    let reader = readers.get(type)
    if (reader === undefined) readers.set(type, (reader = createReader(type, use, create)))
    return reader
  }
  return create(type)
}

const readAll = (): FieldUse => 'read'

const skipInteger = (cursor: Cursor): void => cursor.skipInteger()
const skipBytes = (cursor: Cursor): void => cursor.skipBytes()

function createReader(type: AvroType, use: ChooseUse, create: (type: AvroType) => ValueReader): ValueReader {
  switch (type.kind) {
    case 'null':
      return { read: () => null, skip: () => undefined }
    case 'boolean':
      return { read: (cursor) => cursor.byte() !== 0, skip: (cursor) => cursor.skip(1) }
    case 'int':
    case 'long':
      return { read: (cursor) => cursor.long(), skip: skipInteger }
    case 'float':
      return { read: (cursor) => cursor.float(), skip: (cursor) => cursor.skip(4) }
    case 'double':
      return { read: (cursor) => cursor.double(), skip: (cursor) => cursor.skip(8) }
    case 'bytes':
      return { read: (cursor) => cursor.take(cursor.integer()), skip: skipBytes }
    case 'string':
      return { read: (cursor) => cursor.string(), skip: skipBytes }
    case 'fixed':
      return { read: (cursor) => cursor.take(type.size), skip: (cursor) => cursor.skip(type.size) }
    case 'enum':
      return { read: (cursor) => pick(type.symbols, cursor), skip: skipInteger }
    case 'union':
      return unionReader(type.branches.map(create))
    case 'array':
      return arrayReader(create(type.items))
    case 'map':
      return mapReader(create(type.values))
    default:
      return recordReader(type.fields.map((field) => ({ use: use(field, type), reader: create(field.type) })))
  }
}

function pick<T>(choices: readonly T[], cursor: Cursor): T {
  const chosen = choices[cursor.integer()]
  if (chosen === undefined)
    throw new AvroError('contains a union or an enumeration with a value that is not in the schema')
  return chosen
}

function unionReader(branches: readonly ValueReader[]): ValueReader {
  return {
    read: (cursor) => pick(branches, cursor).read(cursor),
    skip: (cursor) => pick(branches, cursor).skip(cursor),
  }
}

function recordReader(
  steps: readonly { readonly use: FieldUse; readonly reader: ValueReader }[],
): ValueReader {
  return {
    read(cursor) {
      const record: AvroValue[] = []
      for (const { use, reader } of steps) {
        if (use === 'read') {
          record.push(reader.read(cursor))
          continue
        }
        const { at } = cursor
        reader.skip(cursor)
        if (use === 'defer') record.push(new Unread(cursor.bytes, at))
      }
      return record
    },
    skip(cursor) {
      for (const { reader } of steps) reader.skip(cursor)
    },
  }
}

function arrayReader(item: ValueReader): ValueReader {
  return {
    read(cursor) {
      const items: AvroValue[] = []
      readBlocks(cursor, () => items.push(item.read(cursor)))
      return items
    },
    skip: (cursor) => skipBlocks(cursor, () => item.skip(cursor)),
  }
}

function mapReader(value: ValueReader): ValueReader {
  return {
    read(cursor) {
      const entries = new Map<string, AvroValue>()
      readBlocks(cursor, () => entries.set(cursor.string(), value.read(cursor)))
      return entries
    },
    skip: (cursor) =>
      skipBlocks(cursor, () => {
        cursor.skipBytes()
        value.skip(cursor)
      }),
  }
}

/** Reads an array or a map, which consists of blocks: a count and items, or a negative count, the size in bytes and items. */
function readBlocks(cursor: Cursor, readItem: () => void): void {
  for (let count = cursor.integer(); count !== 0; count = cursor.integer()) {
    if (count < 0) cursor.skipInteger()
    checkCount(Math.abs(count), cursor)
    for (let index = Math.abs(count); index > 0; index -= 1) readItem()
  }
}

function skipBlocks(cursor: Cursor, skipItem: () => void): void {
  for (let count = cursor.integer(); count !== 0; count = cursor.integer()) {
    if (count < 0) {
      cursor.skipBytes()
      continue
    }
    checkCount(count, cursor)
    for (let index = 0; index < count; index += 1) skipItem()
  }
}

/**
 * Refuses a count of items that is larger than the number of remaining bytes. Each item takes at least one byte, and
 * a wrong count would cause a long loop.
 */
function checkCount(count: number, cursor: Cursor): void {
  if (count > cursor.remaining) throw new AvroError('contains more items than bytes')
}
