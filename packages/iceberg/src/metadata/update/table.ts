import type { Draft } from '../builder/draft.ts'
import { invalid } from '../../field-error.ts'
import { SUPPORTED_FORMAT_VERSION, type FormatVersion } from '../types.ts'

/** Gives a table its identity. Once it has one, it keeps it: whoever holds the old uuid must not meet another table. */
export function assignUuid(draft: Draft, uuid: string): void {
  if (draft.uuid === uuid) return
  if (draft.uuid !== undefined) throw invalid('Cannot reassign uuid')
  draft.uuid = uuid
  draft.changes.any = true
}

export function upgradeFormatVersion(draft: Draft, requested: number): void {
  const version = supportedVersion(requested)
  if (version < draft.formatVersion)
    throw invalid(`Cannot downgrade v${draft.formatVersion} table to v${version}`)
  if (version === draft.formatVersion) return
  draft.formatVersion = version
  draft.changes.any = true
}

/** @throws {HeadgateError} bad-request for a version that cannot be written */
export function supportedVersion(version: number): FormatVersion {
  if (version === 1 || version === 2 || version === 3) return version
  throw invalid(
    `Cannot upgrade table to unsupported format version: v${version} (supported: v${SUPPORTED_FORMAT_VERSION})`,
  )
}

export function setLocation(draft: Draft, location: string): void {
  if (draft.location === location) return
  draft.location = location
  draft.changes.any = true
}
