import { sameComputation } from '../partition/sources.ts'
import type { SortOrder } from './types.ts'

/** Whether two orders sort in the same way; ids do not matter. Decides whether an added order gets a new id. */
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
