import { invalid } from '../field-error.ts'

/** Settings that a table does not store: they are said by other parts of its metadata. */
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

export const FORMAT_VERSION_PROPERTY = 'format-version'
export const PREVIOUS_VERSIONS_MAX = 'write.metadata.previous-versions-max'
export const DELETE_AFTER_COMMIT = 'write.metadata.delete-after-commit.enabled'

const INT = /^[+-]?\d{1,10}$/

export function isReserved(name: string): boolean {
  return RESERVED.has(name)
}

/** The properties that may be stored. */
export function unreservedProperties(
  properties: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !isReserved(name)))
}

/** @throws {HeadgateError} bad-request when a set property is not a 32-bit integer */
export function intProperty(name: string, value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise
  const number = INT.test(value) ? Number(value) : NaN
  if (!(Math.abs(number + 0.5) < 2 ** 31)) throw invalid(`Table property ${name} must have integer value`)
  return number
}
