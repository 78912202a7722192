import { HeadgateError } from '@headgate/errors'
import type { ViewVersion } from './view-metadata.ts'
import { viewPropertyNames } from './view-properties.ts'

/** Returns the SQL dialects of a version in lower case, because names of dialects are case-insensitive. */
function sqlDialects(version: ViewVersion): readonly string[] {
  return version.representations
    .filter((representation) => representation.type.toLowerCase() === 'sql')
    .map((representation) => representation.dialect?.toLowerCase() ?? '')
}

/**
 * Refuses a version without SQL, with a representation of an unknown type, or with two statements for one dialect.
 */
export function checkRepresentations(version: ViewVersion): void {
  const unsupported = version.representations.filter(({ type }) => type.toLowerCase() !== 'sql')
  if (unsupported.length > 0) {
    const types = unsupported.map(({ type }) => JSON.stringify(type)).join(', ')
    throw new HeadgateError(
      'illegal-argument',
      `Invalid view version: unsupported view representations: ${types}`,
    )
  }
  const dialects = sqlDialects(version)
  if (dialects.length === 0) {
    throw new HeadgateError(
      'illegal-argument',
      'Invalid view version: at least one SQL representation is required',
    )
  }
  const seen = new Set<string>()
  const repeated = dialects.find((dialect) => {
    const isRepeated = seen.has(dialect)
    seen.add(dialect)
    return isRepeated
  })
  if (repeated !== undefined) {
    throw new HeadgateError(
      'illegal-argument',
      `Invalid view version: Cannot add multiple queries for dialect ${repeated}`,
    )
  }
}

/** Refuses a new current version that lacks a dialect of the previous current version. */
export function checkNoDialectLost(previous: ViewVersion, current: ViewVersion): void {
  const before = sqlDialects(previous)
  const after = sqlDialects(current)
  const kept = new Set(after)
  if (before.every((dialect) => kept.has(dialect))) return
  throw new HeadgateError(
    'bad-request',
    `Cannot replace view due to loss of view dialects (${viewPropertyNames.dropDialectAllowed}=false): ` +
      `previous dialects ${before.join(', ')}; new dialects ${after.join(', ')}`,
  )
}
