import type { NestedField, Schema, StructType, Type } from './types.ts'

/** A schema with new field ids, and the new id for each old id. */
export interface FreshSchema {
  readonly schema: Schema
  readonly lastColumnId: number
  readonly newIds: ReadonlyMap<number, number>
}

/**
 * Assigns new ids from 1 to all fields of a schema, because a new table does not use the ids that the client sent.
 * All fields of a struct get their ids before their nested fields, so that the columns of a table have the ids 1 to
 * n. Updates the identifier fields, and sets the schema id to 0.
 */
export function assignFreshIds(schema: Schema): FreshSchema {
  const newIds = new Map<number, number>()
  const next = (old: number): number => {
    newIds.set(old, newIds.size + 1)
    return newIds.size
  }
  const { fields } = freshStruct(schema, next)
  const identifiers = schema['identifier-field-ids']?.map((id) => newIds.get(id) ?? id)
  const fresh = { ...schema, 'schema-id': 0, fields }
  return {
    schema: identifiers === undefined ? fresh : { ...fresh, 'identifier-field-ids': identifiers },
    lastColumnId: newIds.size,
    newIds,
  }
}

type Next = (old: number) => number

function freshStruct(struct: StructType, next: Next): { readonly fields: readonly NestedField[] } {
  const withIds = struct.fields.map((field) => ({ ...field, id: next(field.id) }))
  return { fields: withIds.map((field) => ({ ...field, type: freshType(field.type, next) })) }
}

function freshType(type: Type, next: Next): Type {
  if (typeof type === 'string') return type
  if (type.type === 'struct') return { ...type, ...freshStruct(type, next) }
  if (type.type === 'list') {
    const id = next(type['element-id'])
    return { ...type, 'element-id': id, element: freshType(type.element, next) }
  }
  const keyId = next(type['key-id'])
  const valueId = next(type['value-id'])
  const key = freshType(type.key, next)
  return { ...type, 'key-id': keyId, 'value-id': valueId, key, value: freshType(type.value, next) }
}
