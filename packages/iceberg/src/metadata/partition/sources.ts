import type { JsonObject } from '@headgate/json'
import { prependPath } from '../../field-error.ts'
import { decodeInt32, decodeInt32s, missing, optional, invalidField, withoutNulls } from '../../fields.ts'

/** Field that is computed from source columns: a field of a partition spec or a sort order. */
export interface Sourced {
  readonly transform: string
  readonly 'source-id'?: number
  readonly 'source-ids'?: readonly number[]
}

/** Returns the ids of the source columns of a partition field or sort field. */
export function sourceIds(field: Sourced): readonly number[] {
  return field['source-ids'] ?? (field['source-id'] === undefined ? [] : [field['source-id']])
}

/**
 * Decodes `source-id` or `source-ids` and converts them to the stored form: `source-id` for one source, and `source-ids`
 * for several sources (Iceberg specification, appendix C).
 */
export function normalizeSources(object: JsonObject): JsonObject {
  const tidy = withoutNulls(object, ['source-id', 'source-ids'])
  const id = optional(tidy, 'source-id', decodeInt32)
  const ids = optional(tidy, 'source-ids', decodeInt32s)
  if (ids === undefined) {
    if (id === undefined) throw missing('source-id')
    return tidy
  }
  const [first, ...others] = ids
  if (first === undefined) throw prependPath('source-ids', invalidField('must not be empty'))
  const { 'source-id': _, 'source-ids': __, ...rest } = tidy
  return others.length === 0 ? { ...rest, 'source-id': first } : { ...rest, 'source-ids': ids }
}

/**
 * Returns a copy of a partition field or sort field in which `replace` has replaced the ids of the source columns.
 */
export function replaceSources<T extends Sourced>(field: T, replace: (id: number) => number): T {
  if (field['source-ids'] !== undefined) return { ...field, 'source-ids': field['source-ids'].map(replace) }
  return field['source-id'] === undefined ? field : { ...field, 'source-id': replace(field['source-id']) }
}

/** Returns whether two partition fields or sort fields have the same source columns and transform. */
export function sameComputation(a: Sourced, b: Sourced): boolean {
  return computationKey(a) === computationKey(b)
}

/** Returns a key that is equal for fields with the same source columns and transform. */
export function computationKey(field: Sourced): string {
  return `${sourceIds(field).join(',')}:${field.transform}`
}
