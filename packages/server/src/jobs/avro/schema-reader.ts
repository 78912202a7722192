import { AvroError } from './avro-error.ts'
import type { Cursor } from './cursor.ts'

/** Decoded value: text, integers and booleans; records as objects of the wanted fields; null for skipped values. */
export type AvroValue = string | number | boolean | null | AvroRecord
interface AvroRecord {
  readonly [field: string]: AvroValue
}

/** Reads and skips values of one type. */
export interface SchemaReader {
  read(cursor: Cursor): AvroValue
  skip(cursor: Cursor): void
}

const maxDepth = 64

/**
 * Creates a reader for data written with `schema` (JSON) that decodes only the fields of these names, at any depth, and
 * skips all others. Names need not be valid Avro names, because some writers use column names unchanged.
 *
 * @throws AvroError when the schema is malformed or recursive
 */
export function compileReader(schema: unknown, wanted: ReadonlySet<string>): SchemaReader {
  return new Compiler(wanted).compile(schema, '', 0)
}

const primitives: Readonly<Record<string, SchemaReader>> = {
  null: { read: () => null, skip: () => undefined },
  boolean: { read: (cursor) => cursor.byte() !== 0, skip: (cursor) => cursor.skip(1) },
  int: { read: (cursor) => cursor.integer(), skip: (cursor) => cursor.skipInteger() },
  long: { read: (cursor) => cursor.integer(), skip: (cursor) => cursor.skipInteger() },
  float: skipped((cursor) => cursor.skip(4)),
  double: skipped((cursor) => cursor.skip(8)),
  bytes: skipped((cursor) => cursor.skipBytes()),
  string: { read: (cursor) => cursor.string(), skip: (cursor) => cursor.skipBytes() },
}

function skipped(skip: (cursor: Cursor) => void): SchemaReader {
  return {
    read(cursor) {
      skip(cursor)
      return null
    },
    skip,
  }
}

class Compiler {
  readonly #wanted: ReadonlySet<string>
  readonly #named = new Map<string, SchemaReader>()

  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted
  }

  compile(schema: unknown, namespace: string, depth: number): SchemaReader {
    if (depth > maxDepth) throw new AvroError('has a schema that is nested too deep')
    if (typeof schema === 'string') return this.#byName(schema, namespace)
    if (Array.isArray(schema))
      return union(schema.map((branch) => this.compile(branch, namespace, depth + 1)))
    if (!isObject(schema)) throw notASchema()
    const { type } = schema
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(schema, namespace, depth)
      case 'array':
        return blocks(this.compile(schema['items'], namespace, depth + 1), false)
      case 'map':
        return blocks(this.compile(schema['values'], namespace, depth + 1), true)
      case 'fixed':
        return this.#define(schema, namespace, fixed(schema['size']))
      case 'enum':
        return this.#define(
          schema,
          namespace,
          skipped((cursor) => cursor.skipInteger()),
        )
      default:
        // The schema of the type is in the member `type`, as in `{ "type": "string" }` or `{ "type": { … } }`. A
        // logical type is ignored.
        return this.compile(type, namespace, depth + 1)
    }
  }

  #byName(name: string, namespace: string): SchemaReader {
    const primitive = Object.hasOwn(primitives, name) ? primitives[name] : undefined
    const found = primitive ?? this.#named.get(fullName(name, namespace)) ?? this.#named.get(name)
    // A named type becomes known only after its definition is complete, so recursive types are refused: their
    // values could be nested without a limit.
    if (found === undefined)
      throw new AvroError(`has a schema with an unknown or recursive type: ${name.slice(0, 100)}`)
    return found
  }

  #define(schema: Readonly<Record<string, unknown>>, outer: string, reader: SchemaReader): SchemaReader {
    if (typeof schema['name'] === 'string')
      this.#named.set(fullName(schema['name'], resolveNamespace(schema, outer)), reader)
    return reader
  }

  #record(schema: Readonly<Record<string, unknown>>, outer: string, depth: number): SchemaReader {
    const { fields } = schema
    if (!Array.isArray(fields)) throw notASchema()
    const namespace = resolveNamespace(schema, outer)
    const steps = fields.map((field: unknown) => {
      if (!isObject(field) || typeof field['name'] !== 'string') throw notASchema()
      const { name } = field
      return {
        name,
        wanted: this.#wanted.has(name),
        reader: this.compile(field['type'], namespace, depth + 1),
      }
    })
    const reader: SchemaReader = {
      read(cursor) {
        const record: Record<string, AvroValue> = {}
        for (const { name, wanted, reader } of steps) {
          if (wanted) record[name] = reader.read(cursor)
          else reader.skip(cursor)
        }
        return record
      },
      skip(cursor) {
        for (const step of steps) step.reader.skip(cursor)
      },
    }
    return this.#define(schema, outer, reader)
  }
}

function union(branches: readonly SchemaReader[]): SchemaReader {
  const branch = (cursor: Cursor): SchemaReader => {
    const chosen = branches[cursor.integer()]
    if (chosen === undefined) throw new AvroError('contains a union with a branch that is not in the schema')
    return chosen
  }
  return { read: (cursor) => branch(cursor).read(cursor), skip: (cursor) => branch(cursor).skip(cursor) }
}

/** Reads arrays and maps, which consist of blocks: a count and items, or a negative count, the size in bytes and items. */
function blocks(item: SchemaReader, keyed: boolean): SchemaReader {
  return skipped((cursor) => {
    for (let count = cursor.integer(); count !== 0; count = cursor.integer()) {
      if (count < 0) {
        cursor.skipBytes()
        continue
      }
      // Every item has at least one byte. Without this check, a large count without items could cause a long
      // loop.
      if (count > cursor.remaining) throw new AvroError('contains more items than bytes')
      for (let index = 0; index < count; index += 1) {
        if (keyed) cursor.skipBytes()
        item.skip(cursor)
      }
    }
  })
}

function fixed(size: unknown): SchemaReader {
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw notASchema()
  return skipped((cursor) => cursor.skip(size))
}

function resolveNamespace(schema: Readonly<Record<string, unknown>>, outer: string): string {
  const { name, namespace } = schema
  if (typeof name === 'string' && name.includes('.')) return name.slice(0, name.lastIndexOf('.'))
  return typeof namespace === 'string' ? namespace : outer
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function notASchema(): AvroError {
  return new AvroError('has no valid schema')
}
