import { AvroError } from './avro-error.ts'

/** Type of an Avro schema. A named type that is used several times is one object. */
export type AvroType =
  | { readonly kind: 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string' }
  | { readonly kind: 'fixed'; readonly size: number }
  | { readonly kind: 'enum'; readonly symbols: readonly string[] }
  | { readonly kind: 'array'; readonly items: AvroType }
  | { readonly kind: 'map'; readonly values: AvroType }
  | { readonly kind: 'union'; readonly branches: readonly AvroType[] }
  | RecordType

/** Record with its fields in the order of the data. */
export interface RecordType {
  readonly kind: 'record'
  readonly fields: readonly RecordField[]
}

export interface RecordField {
  readonly name: string
  /** Value of Iceberg's attribute `field-id`, or null. */
  readonly id: number | null
  readonly type: AvroType
}

const maxDepth = 64
/** Maximum number of types in a schema. Each use of a named type counts. */
const maxTypes = 100_000
/**
 * Maximum number of parts of one value that have an encoding of zero bytes, such as null and records without fields.
 */
const maxEmpty = 100

/**
 * Decodes an Avro schema (JSON). Names need not be valid Avro names, because some writers use column names unchanged.
 *
 * The time to read a file must be limited by its size: a reader needs at most one step for each type and byte. Therefore
 * the decoder refuses a recursive schema, a schema that is too large when every use of a named type is counted, and a
 * schema whose values have many parts with an encoding of zero bytes.
 *
 * @throws AvroError
 */
export function decodeAvroType(schema: unknown): AvroType {
  return new Decoder().decode(schema, '', 0).type
}

/**
 * Decoded type, with the number of its types and the maximum number of parts of a value that are encoded in zero
 * bytes.
 */
interface Sized {
  readonly type: AvroType
  readonly types: number
  readonly empty: number
}

type SchemaObject = Readonly<Record<string, unknown>>

const primitives: Readonly<Record<string, Sized>> = Object.fromEntries(
  (['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const).map((kind) => [
    kind,
    { type: { kind }, types: 1, empty: kind === 'null' ? 1 : 0 },
  ]),
)

class Decoder {
  readonly #named = new Map<string, Sized>()

  decode(schema: unknown, namespace: string, depth: number): Sized {
    if (depth > maxDepth) throw new AvroError('has a schema that is nested too deep')
    const decoded = this.#decode(schema, namespace, depth)
    if (decoded.types > maxTypes || decoded.empty > maxEmpty)
      throw new AvroError('has a schema that is too large')
    return decoded
  }

  #decode(schema: unknown, namespace: string, depth: number): Sized {
    if (typeof schema === 'string') return this.#findNamed(schema, namespace)
    if (Array.isArray(schema)) {
      const branches = schema.map((branch) => this.decode(branch, namespace, depth + 1))
      return {
        type: { kind: 'union', branches: branches.map(({ type }) => type) },
        types: 1 + sum(branches.map(({ types }) => types)),
        // The index of the branch takes one byte, and each byte permits one more step of the reader. Therefore one of
        // the parts without bytes is not counted.
        empty: Math.max(0, ...branches.map(({ empty }) => empty - 1)),
      }
    }
    if (!isObject(schema)) throw notASchema()
    switch (schema['type']) {
      case 'record':
      case 'error':
        return this.#record(schema, namespace, depth)
      case 'array': {
        const { type: items, types, empty } = this.decode(schema['items'], namespace, depth + 1)
        if (empty > 0) throw new AvroError('has an array of values without bytes')
        return { type: { kind: 'array', items }, types: types + 1, empty: 0 }
      }
      case 'map': {
        const { type: values, types, empty } = this.decode(schema['values'], namespace, depth + 1)
        return { type: { kind: 'map', values }, types: types + 1, empty: Math.max(0, empty - 1) }
      }
      case 'fixed': {
        const size = schema['size']
        if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw notASchema()
        return this.#define(schema, namespace, {
          type: { kind: 'fixed', size },
          types: 1,
          empty: size === 0 ? 1 : 0,
        })
      }
      case 'enum': {
        const symbols: unknown = schema['symbols']
        if (!Array.isArray(symbols) || !symbols.every((symbol) => typeof symbol === 'string'))
          throw notASchema()
        return this.#define(schema, namespace, { type: { kind: 'enum', symbols }, types: 1, empty: 0 })
      }
      default:
        // The schema of the type is in the member `type`, as in `{ "type": "string" }` or `{ "type": { … } }`. A
        // logical type is ignored.
        return this.decode(schema['type'], namespace, depth + 1)
    }
  }

  #findNamed(name: string, namespace: string): Sized {
    const primitive = Object.hasOwn(primitives, name) ? primitives[name] : undefined
    const found = primitive ?? this.#named.get(fullName(name, namespace)) ?? this.#named.get(name)
    // A named type becomes known only after its definition is complete, so recursive types are refused: their
    // values could be nested without a limit.
    if (found === undefined)
      throw new AvroError(`has a schema with an unknown or recursive type: ${name.slice(0, 100)}`)
    return found
  }

  #define(schema: SchemaObject, outer: string, sized: Sized): Sized {
    if (typeof schema['name'] === 'string')
      this.#named.set(fullName(schema['name'], findNamespace(schema, outer)), sized)
    return sized
  }

  #record(schema: SchemaObject, outer: string, depth: number): Sized {
    if (!Array.isArray(schema['fields'])) throw notASchema()
    const namespace = findNamespace(schema, outer)
    const fields: RecordField[] = []
    let types = 1
    let empty = 0
    for (const field of schema['fields'] as readonly unknown[]) {
      if (!isObject(field) || typeof field['name'] !== 'string') throw notASchema()
      const decoded = this.decode(field['type'], namespace, depth + 1)
      const id = field['field-id']
      fields.push({ name: field['name'], id: typeof id === 'number' ? id : null, type: decoded.type })
      types += decoded.types
      empty += decoded.empty
    }
    return this.#define(schema, outer, {
      type: { kind: 'record', fields },
      types,
      empty: fields.length === 0 ? 1 : empty,
    })
  }
}

function findNamespace(schema: SchemaObject, outer: string): string {
  const { name, namespace } = schema
  if (typeof name === 'string' && name.includes('.')) return name.slice(0, name.lastIndexOf('.'))
  return typeof namespace === 'string' ? namespace : outer
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function notASchema(): AvroError {
  return new AvroError('has no valid schema')
}
