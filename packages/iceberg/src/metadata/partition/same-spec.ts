import { sameComputation } from './sources.ts'
import type { PartitionSpec } from './types.ts'

/**
 * Returns whether two specs have the same names, transforms and sources in the same order. Ignores ids. An added spec gets
 * a new id if it is not compatible with an existing one.
 */
export function compatibleSpecs(a: PartitionSpec, b: PartitionSpec): boolean {
  return (
    a.fields.length === b.fields.length &&
    a.fields.every((field, i) => {
      const other = b.fields[i]
      return other !== undefined && field.name === other.name && sameComputation(field, other)
    })
  )
}
