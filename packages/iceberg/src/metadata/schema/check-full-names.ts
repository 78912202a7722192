import type { JsonObject } from '@headgate/json'
import { invalid } from '../../field-error.ts'
import { decodeArray, optional } from '../../fields.ts'
import { decodeFields } from './decode-schema.ts'
import type { StructType, Type } from './types.ts'

/**
 * Limit of the characters in the full name of a new field (`orders.element.price`). A full name contains the names of all
 * parent fields, so that the full names of a schema can need much more memory than the schema. V8 also compares names of
 * over 16,383 characters with all other names of the same length.
 */
const maxFullName = 2_000

/**
 * Checks the lengths of full names. Must be called before `schemaIndex`, which creates the full names.
 *
 * @throws {HeadgateError} bad-request
 */
export function checkFullNames(schema: StructType): void {
  checkStruct(schema, 0)
}

/**
 * Checks the lengths of full names in the schemas of a metadata document that readers use: `schemas`, or `schema` where
 * there is no list. Must be called before the document is decoded.
 *
 * @throws {HeadgateError} bad-request
 */
export function checkFullNamesIn(document: JsonObject): void {
  const list = optional(document, 'schemas', (schemas) => decodeArray(schemas, decodeFields))
  const schemas = list ?? [optional(document, 'schema', decodeFields)]
  for (const schema of schemas) if (schema !== undefined) checkFullNames(schema)
}

/**
 * Checks the lengths of the full names of all fields within a type.
 *
 * @param length length of the full name of the parent, including the dot at its end
 */
function checkType(type: Type, length: number): void {
  if (typeof type === 'string') return
  if (type.type === 'struct') return checkStruct(type, length)
  if (type.type === 'list') return checkType(type.element, length + 'element.'.length)
  checkType(type.key, length + 'key.'.length)
  checkType(type.value, length + 'value.'.length)
}

function checkStruct(struct: StructType, length: number): void {
  for (const { name, type } of struct.fields) {
    const full = length + name.length
    if (full > maxFullName)
      throw invalid(
        `Invalid schema: the name of field ${JSON.stringify(name.slice(0, 80))}, with the names of its parent fields, has ${full} characters, more than ${maxFullName}. Shorten it.`,
      )
    checkType(type, full + 1)
  }
}
