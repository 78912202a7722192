import { invalid } from '../../field-error.ts'
import { sourceIds } from '../partition/sources.ts'
import { canTransform, isKnown } from '../partition/transform.ts'
import { parsePrimitive } from '../schema/primitive.ts'
import type { SchemaIndex } from '../schema/schema-index.ts'
import { typeName } from '../schema/type-name.ts'
import type { SortField, SortOrder } from './types.ts'

/**
 * Checks that a sort order is valid for a schema: its source columns exist, are primitive and can be transformed.
 *
 * @throws {HeadgateError} bad-request
 */
export function checkOrderCompatibility(order: SortOrder, schema: SchemaIndex): void {
  for (const field of order.fields) {
    if (isKnown(field.transform) && sourceIds(field).length > 1)
      throw invalid(`Invalid number of sources for transform: ${field.transform}`)
    for (const id of sourceIds(field)) checkSource(field, id, schema)
  }
}

function checkSource(field: SortField, id: number, schema: SchemaIndex): void {
  const source = schema.byId.get(id)
  if (source === undefined) throw invalid(`Cannot find source column for sort field: ${describe(field)}`)
  const primitive = typeof source.type === 'string' ? parsePrimitive(source.type) : undefined
  if (primitive === undefined || primitive.kind === 'variant')
    throw invalid(`Cannot sort by non-primitive source field: ${typeName(source.type)}`)
  if (!canTransform(field.transform, primitive.kind))
    throw invalid(`Invalid source type ${primitive.canonical} for transform: ${field.transform}`)
}

function describe(field: SortField): string {
  return `${field.transform}(${sourceIds(field).join(', ')}) ${field.direction} ${field['null-order']}`
}
