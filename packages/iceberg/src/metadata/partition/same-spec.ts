import { sameComputation } from './sources.ts'
import type { PartitionSpec } from './types.ts'

/**
 * Whether two specs are equivalent: the same names, transforms and sources in the same order. Ids do not matter.
 * Decides whether an added spec gets a new id.
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
