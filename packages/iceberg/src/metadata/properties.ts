import { invalid } from '../field-error.ts'

/** Properties that a table does not store, because other parts of its metadata contain the values. */
const RESERVED: ReadonlySet<string> = new Set([
  'format-version',
  'uuid',
  'snapshot-count',
  'current-snapshot-summary',
  'current-snapshot-id',
  'current-snapshot-timestamp-ms',
  'current-schema',
  'default-partition-spec',
  'default-sort-order',
])

/** Property of a request that selects the format version. */
export const FORMAT_VERSION_PROPERTY = 'format-version'
/** Property with the number of entries of the metadata log. */
export const PREVIOUS_VERSIONS_MAX = 'write.metadata.previous-versions-max'
/** Property that enables the deletion of metadata files that the log no longer contains. */
export const DELETE_AFTER_COMMIT = 'write.metadata.delete-after-commit.enabled'

const INT = /^[+-]?\d{1,10}$/

/** Returns whether a property is reserved. */
export function isReserved(name: string): boolean {
  return RESERVED.has(name)
}

/** Returns the properties without the reserved ones. */
export function unreservedProperties(
  properties: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !isReserved(name)))
}

/**
 * Parses an integer property. Returns `otherwise` if it is not set.
 *
 * @throws {HeadgateError} `bad-request` when the value is not a 32-bit integer
 */
export function intProperty(name: string, value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise
  const number = INT.test(value) ? Number(value) : NaN
  if (!(Math.abs(number + 0.5) < 2 ** 31)) throw invalid(`Table property ${name} must have integer value`)
  return number
}
