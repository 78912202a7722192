import { HeadgateError } from '@headgate/errors'
import type { ViewVersion } from './view-metadata.ts'
import { viewPropertyNames } from './view-properties.ts'

/** The SQL dialects a version is written in, in lower case: dialects differ by more than case. */
function sqlDialects(version: ViewVersion): readonly string[] {
  return version.representations
    .filter((representation) => representation.type.toLowerCase() === 'sql')
    .map((representation) => representation.dialect?.toLowerCase() ?? '')
}

/**
 * Refuses a version that could not be read back as one definition: without any SQL, with a representation of a type
 * nobody specified, or with two statements for one dialect.
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
  const repeated = dialects.find((dialect, index) => dialects.indexOf(dialect) !== index)
  if (repeated !== undefined) {
    throw new HeadgateError(
      'illegal-argument',
      `Invalid view version: Cannot add multiple queries for dialect ${repeated}`,
    )
  }
}

/** Refuses a new current version that leaves readers of one dialect without a definition. */
export function checkNoDialectLost(previous: ViewVersion, current: ViewVersion): void {
  const before = sqlDialects(previous)
  const after = sqlDialects(current)
  if (before.every((dialect) => after.includes(dialect))) return
  throw new HeadgateError(
    'bad-request',
    `Cannot replace view due to loss of view dialects (${viewPropertyNames.dropDialectAllowed}=false): ` +
      `previous dialects ${before.join(', ')}; new dialects ${after.join(', ')}`,
  )
}
