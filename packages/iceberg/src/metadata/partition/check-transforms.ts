import { invalid } from '../../field-error.ts'
import { parsePrimitive } from '../schema/primitive.ts'
import type { SchemaIndex } from '../schema/schema-index.ts'
import { sourceIds, type Sourced } from './sources.ts'
import { typeName } from '../schema/type-name.ts'
import { canTransform, isKnown, isVoid } from './transform.ts'

/**
 * Checks that each transform of all specs and orders supports the type of its column in a schema. Readers bind all
 * specs and orders to the current schema, not only the default spec and order. Ignores columns that were removed.
 *
 * @throws {HeadgateError} bad-request
 */
export function checkTransforms(
  specsAndOrders: Iterable<{ readonly fields: readonly Sourced[] }>,
  schema: SchemaIndex,
): void {
  for (const { fields } of specsAndOrders)
    for (const field of fields) for (const id of sourceIds(field)) checkTransform(field.transform, id, schema)
}

function checkTransform(transform: string, id: number, schema: SchemaIndex): void {
  const source = schema.byId.get(id)
  if (source === undefined || isVoid(transform) || !isKnown(transform)) return
  if (typeof source.type !== 'string' || !canTransform(transform, parsePrimitive(source.type).kind))
    throw invalid(
      `Cannot read ${source.fullName} as ${typeName(source.type)}: a partition spec or sort order of the table applies the transform ${transform} to this column. Remove the spec, or give the column a new id.`,
    )
}
