import { sameComputation } from '../partition/sources.ts'
import type { SortOrder } from './types.ts'

/**
 * Returns whether two sort orders are equal except for their ids. A sort order that a commit adds gets a new id only
 * if no existing order is equal.
 */
export function sameOrder(a: SortOrder, b: SortOrder): boolean {
  return (
    a.fields.length === b.fields.length &&
    a.fields.every((field, i) => {
      const other = b.fields[i]
      return (
        other !== undefined &&
        sameComputation(field, other) &&
        field.direction === other.direction &&
        field['null-order'] === other['null-order']
      )
    })
  )
}
