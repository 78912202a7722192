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

/** Property of a create or commit request that selects the format version of the table. */
export const FORMAT_VERSION_PROPERTY = 'format-version'
/** Table property: maximum number of entries in the metadata log. */
export const PREVIOUS_VERSIONS_MAX = 'write.metadata.previous-versions-max'
/** Table property: whether metadata files are deleted that the metadata log no longer contains. */
export const DELETE_AFTER_COMMIT = 'write.metadata.delete-after-commit.enabled'

const INT = /^[+-]?\d{1,10}$/

/** Returns whether a table property is reserved: the table does not store it. */
export function isReserved(name: string): boolean {
  return RESERVED.has(name)
}

/** Removes the reserved properties, which a table does not store. */
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
