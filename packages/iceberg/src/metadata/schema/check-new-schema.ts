import type { Json } from '@headgate/json'
import { invalid } from '../../field-error.ts'
import { toFloat } from './default-value.ts'
import { parsePrimitive } from './primitive.ts'
import { schemaIndex } from './schema-index.ts'
import { timeProblem } from './time-range.ts'
import type { NestedField, Schema, StructType, Type } from './types.ts'

/**
 * Refuses schemas that the specification allows or does not define, and that engines cannot read: a required `unknown` in
 * a list or map, a default of a struct, and defaults that lose digits or are outside the range of their type.
 *
 * @throws {HeadgateError} bad-request
 */
export function checkNewSchema(schema: Schema): void {
  for (const { fullName, required, type } of schemaIndex(schema).byId.values())
    if (type === 'unknown' && required)
      throw invalid(`Cannot create required field with unknown type: ${fullName}. Make it optional.`)
  checkStruct(schema)
}

function checkStruct(struct: StructType): void {
  for (const field of struct.fields) {
    checkDefault(field, field['initial-default'])
    checkDefault(field, field['write-default'])
    checkType(field.type)
  }
}

function checkType(type: Type): void {
  if (typeof type === 'string') return
  if (type.type === 'struct') return checkStruct(type)
  if (type.type === 'list') return checkType(type.element)
  checkType(type.key)
  checkType(type.value)
}

function checkDefault({ name, type }: NestedField, value: Json | undefined): void {
  if (value === undefined) return
  const refuse = (why: string): never => {
    throw invalid(`Invalid default value of field ${JSON.stringify(name)}: ${why}`)
  }
  if (typeof type !== 'string')
    return refuse(
      'Iceberg Java 1.12 cannot load a table with a default {} of a struct. Remove it, and set the defaults of its fields.',
    )
  const { kind, canonical } = parsePrimitive(type)
  if (kind === 'float' && !Number.isFinite(Math.fround(toFloat(value) ?? 0)))
    return refuse(`larger than any ${canonical}. Make the field a double, or choose a smaller value.`)
  const problem = typeof value === 'string' ? timeProblem(kind, value) : undefined
  if (problem !== undefined) return refuse(problem)
}
