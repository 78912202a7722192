import { invalid } from '../../field-error.ts'
import { parsePrimitive } from '../schema/primitive.ts'
import type { IndexedField, SchemaIndex } from '../schema/schema-index.ts'
import { typeName } from '../schema/type-name.ts'
import { sourceIds } from './sources.ts'
import { canTransform, isKnown, isVoid } from './transform.ts'
import type { PartitionField, PartitionSpec } from './types.ts'

/** Lowest id of the partition fields of a table. */
const FIRST_PARTITION_ID = 1000

/**
 * Checks the names of the partition fields of a spec. A name must not be empty, must be unique, and must not be the
 * name of a column other than the source column of the field.
 *
 * @throws {HeadgateError} bad-request
 */
export function checkPartitionNames(spec: PartitionSpec, schema: SchemaIndex): void {
  const names = new Set<string>()
  for (const field of spec.fields) {
    if (field.name === '') throw invalid('Cannot use empty partition name')
    const sources = sourceIds(field)
    const column = schema.byName.get(field.name)
    const known = sources.some((id) => schema.byId.has(id))
    if (known && column !== undefined && !sources.includes(column.id))
      throw invalid(`Cannot create identity partition sourced from different field in schema: ${field.name}`)
    if (names.has(field.name)) throw invalid(`Cannot use partition name more than once: ${field.name}`)
    names.add(field.name)
  }
}

/**
 * Checks that a partition spec is valid for a schema: its source columns exist, are primitive, are neither in a list
 * nor in a map, and can be transformed. Fields with the transform `void` are always valid, because their source may
 * be removed.
 *
 * @throws {HeadgateError} bad-request
 */
export function checkSpecCompatibility(spec: PartitionSpec, schema: SchemaIndex): void {
  for (const field of spec.fields) {
    if (isVoid(field.transform)) continue
    if (isKnown(field.transform) && sourceIds(field).length > 1)
      throw invalid(`Invalid number of sources for transform: ${field.transform}`)
    for (const id of sourceIds(field)) checkSource(field, schema.byId.get(id))
  }
}

function checkSource(field: PartitionField, source: IndexedField | undefined): void {
  if (source === undefined) throw invalid(`Cannot find source column for partition field: ${describe(field)}`)
  const primitive = typeof source.type === 'string' ? parsePrimitive(source.type) : undefined
  if (primitive === undefined || primitive.kind === 'variant')
    throw invalid(`Cannot partition by non-primitive source field: ${typeName(source.type)}`)
  if (!canTransform(field.transform, primitive.kind))
    throw invalid(`Invalid source type ${primitive.canonical} for transform: ${field.transform}`)
  for (let parent = source.parent; parent !== undefined; parent = parent.parent)
    if (typeof parent.type === 'string' || parent.type.type !== 'struct')
      throw invalid(`Invalid partition field parent: ${typeName(parent.type)}`)
}

function describe(field: PartitionField): string {
  const id = field['field-id']
  return `${id === undefined ? '' : `${id}: `}${field.name}: ${field.transform}(${sourceIds(field).join(', ')})`
}

/**
 * Returns whether the ids of the partition fields are 1000, 1001, …, which readers of format 1 assume, because this
 * format does not store field ids.
 */
export function hasSequentialIds(spec: PartitionSpec): boolean {
  return spec.fields.every((field, i) => field['field-id'] === FIRST_PARTITION_ID + i)
}

/** Returns the highest field id of a spec, or 999 if it has no fields. */
export function findLastPartitionId(spec: PartitionSpec): number {
  return spec.fields.reduce((last, field) => Math.max(last, field['field-id'] ?? 0), FIRST_PARTITION_ID - 1)
}

/** Assigns sequential ids, starting with `first`, to the fields of a spec. */
export function withSequentialIds(spec: PartitionSpec, first: number = FIRST_PARTITION_ID): PartitionSpec {
  return { ...spec, fields: spec.fields.map((field, i) => ({ ...field, 'field-id': first + i })) }
}
