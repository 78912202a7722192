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

/** How deep types may be nested in each other. Far more than any real schema, far less than the stack. */
const MAX_DEPTH = 100

/**
 * Decodes a schema and checks all that can be known without a table: types, names and ids that are used once only,
 * default values, identifier fields. A missing `schema-id` becomes 0.
 *
 * @throws {HeadgateError} bad-request
 */
export function decodeSchema(value: Json | undefined): Schema {
  const object = decodeObject(value)
  const type = decodeType(object, 0)
  if (typeof type === 'string' || type.type !== 'struct')
    throw invalid('Cannot create schema, not a struct type')
  const schemaId = optional(object, 'schema-id', decodeInt32) ?? 0
  optional(object, 'identifier-field-ids', decodeInt32s)
  const tidy = withoutNulls(type, ['identifier-field-ids'])
  const schema = (tidy['schema-id'] === schemaId ? tidy : { ...tidy, 'schema-id': schemaId }) as Schema
  checkIdentifierFields(schema, schemaIndex(schema))
  return schema
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
  const given = value['fields'] as readonly Json[]
  const same = decoded.every((field, i) => field === given[i])
  return (same ? value : { ...value, fields: decoded }) as Type
}

/** Decodes the element, or key and value, and copies only when one of them is written differently than it is stored. */
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
  const type = required(object, 'type', (given) => decodeType(given, depth + 1))
  if (type === 'unknown' && mustBeSet)
    throw invalid(`Cannot create required field with unknown type: ${name}`)
  const tidy = withoutNulls(object, ['doc', 'initial-default', 'write-default'])
  const changes = { ...(type === object['type'] ? {} : { type }), ...changedDefaults(tidy, type) }
  return (Object.keys(changes).length === 0 ? tidy : { ...tidy, ...changes }) as NestedField
}

/** The default values that are stored in another form than they came in. */
function changedDefaults(field: JsonObject, type: Type): JsonObject {
  const changes: Record<string, Json> = {}
  for (const key of ['initial-default', 'write-default']) {
    const value = optional(field, key, (given) => decodeDefault(type, given))
    if (value !== undefined && value !== field[key]) changes[key] = value
  }
  return changes
}
