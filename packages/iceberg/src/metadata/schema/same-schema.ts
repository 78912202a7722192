import { sameDefault } from './same-default.ts'
import { parsePrimitive } from './primitive.ts'
import type { NestedField, Schema, Type } from './types.ts'

/**
 * Returns whether two schemas are equal except for their schema ids: the same fields (id, name, type, required, doc,
 * defaults) in the same order, and the same set of identifier fields. An added schema gets a new id if it is not equal
 * to an existing one.
 */
export function sameSchema(a: Schema, b: Schema): boolean {
  return (
    sameFields(a.fields, b.fields) &&
    sameIds(a['identifier-field-ids'] ?? [], b['identifier-field-ids'] ?? [])
  )
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  const left = new Set(a)
  return left.symmetricDifference(new Set(b)).size === 0
}

function sameFields(a: readonly NestedField[], b: readonly NestedField[]): boolean {
  return (
    a.length === b.length &&
    a.every((field, i) => {
      const other = b[i]
      return other !== undefined && sameField(field, other)
    })
  )
}

function sameField(a: NestedField, b: NestedField): boolean {
  return (
    a.id === b.id &&
    a.name === b.name &&
    a.required === b.required &&
    a.doc === b.doc &&
    sameType(a.type, b.type) &&
    sameDefault(a.type, a['initial-default'], b['initial-default']) &&
    sameDefault(a.type, a['write-default'], b['write-default'])
  )
}

function sameType(a: Type, b: Type): boolean {
  if (a === b) return true
  if (typeof a === 'string' || typeof b === 'string')
    return (
      typeof a === 'string' &&
      typeof b === 'string' &&
      parsePrimitive(a).canonical === parsePrimitive(b).canonical
    )
  if (a.type === 'struct') return b.type === 'struct' && sameFields(a.fields, b.fields)
  if (a.type === 'list')
    return (
      b.type === 'list' &&
      a['element-id'] === b['element-id'] &&
      a['element-required'] === b['element-required'] &&
      sameType(a.element, b.element)
    )
  return (
    b.type === 'map' &&
    a['key-id'] === b['key-id'] &&
    a['value-id'] === b['value-id'] &&
    a['value-required'] === b['value-required'] &&
    sameType(a.key, b.key) &&
    sameType(a.value, b.value)
  )
}
