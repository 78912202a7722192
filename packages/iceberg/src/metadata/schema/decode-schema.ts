import type { Json, JsonObject } from '@headgate/json'
import { invalid } from '../../field-error.ts'
import {
  decodeArray,
  decodeBoolean,
  decodeInt32,
  decodeInt32s,
  decodeObject,
  decodeString,
  isJsonObject,
  optional,
  required,
  withoutNulls,
} from '../../fields.ts'
import { decodeDefault } from './default-value.ts'
import { checkIdentifierFields } from './identifier-fields.ts'
import { parsePrimitive } from './primitive.ts'
import { schemaIndex } from './schema-index.ts'
import type { NestedField, Schema, Type } from './types.ts'

/** Limit of the nesting of types. Real schemas are less deep, and recursion of this depth fits the stack. */
const MAX_DEPTH = 100

/**
 * Decodes a schema and checks its types, default values and identifier fields, and that names and ids are unique. A missing
 * `schema-id` becomes 0.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeSchema(value: Json | undefined): Schema {
  const schema = decodeFields(value)
  checkIdentifierFields(schema, schemaIndex(schema))
  return schema
}

/**
 * Decodes the fields of a schema. Does not check that names and ids are unique, and does not check the identifier fields.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeFields(value: Json | undefined): Schema {
  const object = decodeObject(value)
  const type = decodeType(object, 0)
  if (typeof type === 'string' || type.type !== 'struct')
    throw invalid('Cannot create schema, not a struct type')
  const schemaId = optional(object, 'schema-id', decodeInt32) ?? 0
  optional(object, 'identifier-field-ids', decodeInt32s)
  const tidy = withoutNulls(type, ['identifier-field-ids'])
  return (tidy['schema-id'] === schemaId ? tidy : { ...tidy, 'schema-id': schemaId }) as Schema
}

function decodeType(value: Json, depth: number): Type {
  if (depth > MAX_DEPTH) throw invalid(`Cannot parse type: nested more than ${MAX_DEPTH} levels deep`)
  if (typeof value === 'string') return parsePrimitive(value).text
  const kind = isJsonObject(value) ? value['type'] : undefined
  if (isJsonObject(value) && kind === 'struct') return decodeStruct(value, depth)
  if (isJsonObject(value) && kind === 'list') {
    required(value, 'element-id', decodeInt32)
    required(value, 'element-required', decodeBoolean)
    return decodeMembers(value, ['element'], depth)
  }
  if (isJsonObject(value) && kind === 'map') {
    required(value, 'key-id', decodeInt32)
    required(value, 'value-id', decodeInt32)
    required(value, 'value-required', decodeBoolean)
    return decodeMembers(value, ['key', 'value'], depth)
  }
  throw invalid('Cannot parse type from json: neither the name of a type nor a struct, list or map')
}

function decodeStruct(value: JsonObject, depth: number): Type {
  const decoded = required(value, 'fields', (fields) =>
    decodeArray(fields, (field) => decodeField(field, depth)),
  )
  const json = value['fields'] as readonly Json[]
  const same = decoded.every((field, i) => field === json[i])
  return (same ? value : { ...value, fields: decoded }) as Type
}

/**
 * Decodes the element of a list, or the key and value of a map. Copies the type only if decoding changes one of these
 * types.
 */
function decodeMembers(value: JsonObject, keys: readonly string[], depth: number): Type {
  let result = value
  for (const key of keys) {
    const decoded = required(value, key, (member) => decodeType(member, depth + 1))
    if (decoded !== value[key]) result = { ...result, [key]: decoded }
  }
  return result as Type
}

function decodeField(value: Json, depth: number): NestedField {
  const object = decodeObject(value)
  required(object, 'id', decodeInt32)
  const name = required(object, 'name', decodeString)
  const mustBeSet = required(object, 'required', decodeBoolean)
  optional(object, 'doc', decodeString)
  const type = required(object, 'type', (json) => decodeType(json, depth + 1))
  if (type === 'unknown' && mustBeSet)
    throw invalid(`Cannot create required field with unknown type: ${name}`)
  const tidy = withoutNulls(object, ['doc', 'initial-default', 'write-default'])
  const changes = { ...(type === object['type'] ? {} : { type }), ...changedDefaults(tidy, type) }
  return (Object.keys(changes).length === 0 ? tidy : { ...tidy, ...changes }) as NestedField
}

/** Returns the default values of a field whose stored form differs from the input. */
function changedDefaults(field: JsonObject, type: Type): JsonObject {
  const changes: Record<string, Json> = {}
  for (const key of ['initial-default', 'write-default']) {
    const value = optional(field, key, (json) => decodeDefault(type, json))
    if (value !== undefined && value !== field[key]) changes[key] = value
  }
  return changes
}
