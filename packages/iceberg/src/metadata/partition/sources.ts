import type { JsonObject } from '@headgate/json'
import { within } from '../../field-error.ts'
import { decodeInt32, decodeInt32s, missing, optional, unfit, withoutNulls } from '../../fields.ts'

/** A field that is computed from columns: of a partition spec or a sort order. */
export interface Sourced {
  readonly transform: string
  readonly 'source-id'?: number
  readonly 'source-ids'?: readonly number[]
}

/** The ids of the columns that a field is computed from, at least one. */
export function sourcesOf(field: Sourced): readonly number[] {
  return field['source-ids'] ?? (field['source-id'] === undefined ? [] : [field['source-id']])
}

/**
 * Reads `source-id` or `source-ids` and brings them to the form in which they are stored: one source is written as
 * `source-id`, several as `source-ids` (Iceberg specification, appendix C).
 */
export function withSources(object: JsonObject): JsonObject {
  const tidy = withoutNulls(object, ['source-id', 'source-ids'])
  const id = optional(tidy, 'source-id', decodeInt32)
  const ids = optional(tidy, 'source-ids', decodeInt32s)
  if (ids === undefined) {
    if (id === undefined) throw missing('source-id')
    return tidy
  }
  const [first, ...others] = ids
  if (first === undefined) throw within('source-ids', unfit('must not be empty'))
  const { 'source-id': _, 'source-ids': __, ...rest } = tidy
  return others.length === 0 ? { ...rest, 'source-id': first } : { ...rest, 'source-ids': ids }
}

/** Gives a field other sources, in the same form. */
export function replaceSources<T extends Sourced>(field: T, replace: (id: number) => number): T {
  if (field['source-ids'] !== undefined) return { ...field, 'source-ids': field['source-ids'].map(replace) }
  return field['source-id'] === undefined ? field : { ...field, 'source-id': replace(field['source-id']) }
}

/** Whether two fields are computed in the same way. */
export function sameComputation(a: Sourced, b: Sourced): boolean {
  return computationKey(a) === computationKey(b)
}

/** Equal for fields that are computed in the same way. */
export function computationKey(field: Sourced): string {
  return `${sourcesOf(field).join(',')}:${field.transform}`
}
