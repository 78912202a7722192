import { rawNumber } from '@headgate/json'
import { floatText } from './float-text.ts'
import type { NestedField, Schema, StructType, Type } from './types.ts'

/**
 * Returns the stored form of a schema. Adds a decimal point to integral defaults of `float` and `double` fields
 * (`1.0`), because readers refuse an integer as a floating-point default. Changes nothing else.
 */
export function encodeSchema(schema: Schema): Schema {
  let encoded = known.get(schema)
  if (encoded === undefined) known.set(schema, (encoded = encodeStruct(schema)))
  return encoded
}

/** Cache of encoded schemas. Each commit writes the same schemas again. */
const known = new WeakMap<Schema, Schema>()

function encodeStruct<T extends StructType>(struct: T): T {
  const fields = struct.fields.map(encodeField)
  return fields.every((field, i) => field === struct.fields[i]) ? struct : { ...struct, fields }
}

function encodeField(field: NestedField): NestedField {
  const type = encodeType(field.type)
  const result = type === field.type ? field : { ...field, type }
  if (type !== 'float' && type !== 'double') return result
  return withPoint(withPoint(result, 'initial-default'), 'write-default')
}

function withPoint(field: NestedField, key: 'initial-default' | 'write-default'): NestedField {
  const value = field[key]
  if (typeof value !== 'number' && typeof value !== 'bigint') return field
  const text = floatText(value)
  return text === String(value) ? field : { ...field, [key]: rawNumber(text) }
}

function encodeType(type: Type): Type {
  if (typeof type === 'string') return type
  if (type.type === 'struct') return encodeStruct(type)
  if (type.type === 'list') {
    const element = encodeType(type.element)
    return element === type.element ? type : { ...type, element }
  }
  const key = encodeType(type.key)
  const value = encodeType(type.value)
  return key === type.key && value === type.value ? type : { ...type, key, value }
}
