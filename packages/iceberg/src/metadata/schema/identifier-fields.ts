import { invalid } from '../../field-error.ts'
import { parsePrimitive } from './primitive.ts'
import type { IndexedField, SchemaIndex } from './schema-index.ts'
import type { Schema } from './types.ts'

/**
 * Checks that identifier fields can identify a row. They must be required primitive fields that are not floating-point
 * numbers, and must not be nested in an optional field, list or map.
 *
 * @throws {HeadgateError} bad-request
 */
export function checkIdentifierFields(schema: Schema, index: SchemaIndex): void {
  for (const id of schema['identifier-field-ids'] ?? []) {
    const field = index.byId.get(id)
    if (field === undefined)
      throw invalid(`Cannot add fieldId ${id} as an identifier field: field does not exist`)
    checkIdentifierField(field)
  }
}

function checkIdentifierField(field: IndexedField): void {
  const refuse = (why: string): never => {
    throw invalid(`Cannot add field ${field.fullName} as an identifier field: ${why}`)
  }
  if (typeof field.type !== 'string') return refuse('not a primitive type field')
  const { kind } = parsePrimitive(field.type)
  if (kind === 'variant') return refuse('not a primitive type field')
  if (!field.required) return refuse('not a required field')
  if (kind === 'float' || kind === 'double') return refuse('must not be float or double field')
  for (const parent of ancestors(field)) {
    if (typeof parent.type === 'string' || parent.type.type !== 'struct')
      return refuse(`must not be nested in ${parent.fullName}`)
    if (!parent.required) return refuse(`must not be nested in an optional field ${parent.fullName}`)
  }
}

function ancestors(field: IndexedField): readonly IndexedField[] {
  const found: IndexedField[] = []
  for (let parent = field.parent; parent !== undefined; parent = parent.parent) found.unshift(parent)
  return found
}
