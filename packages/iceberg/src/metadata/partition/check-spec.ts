import { invalid } from '../../field-error.ts'
import { parsePrimitive } from '../schema/primitive.ts'
import type { IndexedField, SchemaIndex } from '../schema/schema-index.ts'
import { typeName } from '../schema/type-name.ts'
import { sourcesOf } from './sources.ts'
import { canTransform, isKnown, isVoid } from './transform.ts'
import type { PartitionField, PartitionSpec } from './types.ts'

/** The id of the first partition field of a table. */
export const FIRST_PARTITION_ID = 1000

/**
 * Checks the names of a spec's fields, which must be true even of old specs: used once, and not the name of another
 * column than the field's own source.
 *
 * @throws {HeadgateError} bad-request
 */
export function checkPartitionNames(spec: PartitionSpec, schema: SchemaIndex): void {
  const names = new Set<string>()
  for (const field of spec.fields) {
    if (field.name === '') throw invalid('Cannot use empty partition name')
    const sources = sourcesOf(field)
    const column = schema.byName.get(field.name)
    const known = sources.some((id) => schema.byId.has(id))
    if (known && column !== undefined && !sources.includes(column.id))
      throw invalid(`Cannot create identity partition sourced from different field in schema: ${field.name}`)
    if (names.has(field.name)) throw invalid(`Cannot use partition name more than once: ${field.name}`)
    names.add(field.name)
  }
}

/**
 * Checks that a spec can be used with a schema: its sources exist, are primitive, are neither in a list nor in a map,
 * and can be transformed. Fields with the void transform are always fine: their source may be gone.
 *
 * @throws {HeadgateError} bad-request
 */
export function checkSpecCompatibility(spec: PartitionSpec, schema: SchemaIndex): void {
  for (const field of spec.fields) {
    if (isVoid(field.transform)) continue
    if (isKnown(field.transform) && sourcesOf(field).length > 1)
      throw invalid(`Invalid number of sources for transform: ${field.transform}`)
    for (const id of sourcesOf(field)) checkSource(field, schema.byId.get(id))
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
  return `${id === undefined ? '' : `${id}: `}${field.name}: ${field.transform}(${sourcesOf(field).join(', ')})`
}

/** Whether the ids are 1000, 1001 …: format 1 does not store them, so they must be what a reader assumes. */
export function hasSequentialIds(spec: PartitionSpec): boolean {
  return spec.fields.every((field, i) => field['field-id'] === FIRST_PARTITION_ID + i)
}

/** The highest partition field id of a spec, 999 when it has no fields. */
export function lastPartitionIdOf(spec: PartitionSpec): number {
  return spec.fields.reduce((last, field) => Math.max(last, field['field-id'] ?? 0), FIRST_PARTITION_ID - 1)
}

/** Numbers the fields of a spec from `first` on. */
export function withSequentialIds(spec: PartitionSpec, first: number = FIRST_PARTITION_ID): PartitionSpec {
  return { ...spec, fields: spec.fields.map((field, i) => ({ ...field, 'field-id': first + i })) }
}
