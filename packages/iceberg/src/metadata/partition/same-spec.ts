import { sameComputation } from './sources.ts'
import type { PartitionSpec } from './types.ts'

/**
 * Returns whether two partition specs have the same names, transforms and sources in the same order. Ignores ids. A
 * spec that a commit adds gets a new id only if no existing spec is compatible.
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
