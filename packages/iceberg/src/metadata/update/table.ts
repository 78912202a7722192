import type { Draft } from '../builder/draft.ts'
import { invalid } from '../../field-error.ts'
import { SUPPORTED_FORMAT_VERSION, type FormatVersion } from '../types.ts'

/** Sets the UUID of a table without a UUID. A UUID never changes, because clients use it to recognize the table. */
export function assignUuid(draft: Draft, uuid: string): void {
  if (draft.uuid === uuid) return
  if (draft.uuid !== undefined) throw invalid('Cannot reassign uuid')
  draft.uuid = uuid
  draft.changes.any = true
}

/** Sets the format version of a table. Refuses a version that is lower than the current version. */
export function upgradeFormatVersion(draft: Draft, requested: number): void {
  const version = supportedVersion(requested)
  if (version < draft.formatVersion)
    throw invalid(`Cannot downgrade v${draft.formatVersion} table to v${version}`)
  if (version === draft.formatVersion) return
  draft.formatVersion = version
  draft.changes.any = true
}

/**
 * Checks that a requested format version is supported, and returns it.
 *
 * @throws {HeadgateError} `bad-request`
 */
export function supportedVersion(version: number): FormatVersion {
  if (version === 1 || version === 2 || version === 3) return version
  throw invalid(
    `Cannot upgrade table to unsupported format version: v${version} (supported: v${SUPPORTED_FORMAT_VERSION})`,
  )
}

/** Sets the location of a table, without trailing slashes. */
export function setLocation(draft: Draft, location: string): void {
  if (draft.location === location) return
  draft.location = location
  draft.changes.any = true
}
