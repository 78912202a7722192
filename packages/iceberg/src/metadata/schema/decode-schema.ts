import type { Json, JsonObject } from '@headgate/json'
import {
  asArray,
  asObject,
  invalid,
  isJsonObject,
  optionalField,
  optionalInt,
  optionalInts,
  optionalString,
  requiredBoolean,
  requiredField,
  requiredInt,
  requiredString,
  withoutNulls,
} from '../fields.ts'
import { checkDefault } from './default-value.ts'
import { checkIdentifierFields } from './identifier-fields.ts'
import { parsePrimitive } from './primitive.ts'
import { schemaIndex } from './schema-index.ts'
import type { NestedField, Schema, Type } from './types.ts'

/** How deep types may be nested in each other. Far more than any real schema, far less than the stack. */
const MAX_DEPTH = 100

/**
 * Decodes a schema and checks all that can be known without a table: types, names and ids that are used once only,
 * default values, identifier fields. A missing `schema-id` becomes 0.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeSchema(value: Json | undefined): Schema {
  const object = asObject(value, 'schema')
  const type = decodeType(object, 0)
  if (typeof type === 'string' || type.type !== 'struct')
    throw invalid('Cannot create schema, not a struct type')
  const schemaId = optionalInt(object, 'schema-id', 'schema') ?? 0
  optionalInts(object, 'identifier-field-ids', 'schema')
  const tidy = withoutNulls(type, ['identifier-field-ids'])
  const schema = (tidy['schema-id'] === schemaId ? tidy : { ...tidy, 'schema-id': schemaId }) as Schema
  checkIdentifierFields(schema, schemaIndex(schema))
  return schema
}

function decodeType(value: Json, depth: number): Type {
  if (depth > MAX_DEPTH) throw invalid(`Cannot parse type: nested more than ${MAX_DEPTH} levels deep`)
  if (typeof value === 'string') return parsePrimitive(value).text
  const kind = isJsonObject(value) ? optionalField(value, 'type') : undefined
  if (isJsonObject(value) && kind === 'struct') return decodeStruct(value, depth)
  if (isJsonObject(value) && kind === 'list') {
    requiredInt(value, 'element-id', 'list type')
    requiredBoolean(value, 'element-required', 'list type')
    return decodeMembers(value, ['element'], depth)
  }
  if (isJsonObject(value) && kind === 'map') {
    requiredInt(value, 'key-id', 'map type')
    requiredInt(value, 'value-id', 'map type')
    requiredBoolean(value, 'value-required', 'map type')
    return decodeMembers(value, ['key', 'value'], depth)
  }
  throw invalid('Cannot parse type from json: neither the name of a type nor a struct, list or map')
}

function decodeStruct(value: JsonObject, depth: number): Type {
  const fields = asArray(requiredField(value, 'fields', 'struct type'), 'struct fields')
  const decoded = fields.map((field) => decodeField(field, depth))
  const same = decoded.every((field, i) => field === fields[i])
  return (same ? value : { ...value, fields: decoded }) as Type
}

/** Decodes the element, or key and value, and copies only when one of them is written differently than it is stored. */
function decodeMembers(value: JsonObject, keys: readonly string[], depth: number): Type {
  let result = value
  for (const key of keys) {
    const member = requiredField(value, key, 'nested type')
    const decoded = decodeType(member, depth + 1)
    if (decoded !== member) result = { ...result, [key]: decoded }
  }
  return result as Type
}

function decodeField(value: Json, depth: number): NestedField {
  const where = 'struct field'
  const object = asObject(value, where)
  requiredInt(object, 'id', where)
  const name = requiredString(object, 'name', where)
  const required = requiredBoolean(object, 'required', where)
  optionalString(object, 'doc', where)
  const given = requiredField(object, 'type', where)
  const type = decodeType(given, depth + 1)
  if (type === 'unknown' && required) throw invalid(`Cannot create required field with unknown type: ${name}`)
  const tidy = withoutNulls(object, ['doc', 'initial-default', 'write-default'])
  checkDefault(type, tidy['initial-default'])
  checkDefault(type, tidy['write-default'])
  return (type === given ? tidy : { ...tidy, type }) as NestedField
}
