import { HeadgateError } from '@headgate/errors'
import type { Int64 } from '@headgate/json'
import { dropDialectAllowed, viewHistorySize } from './view-properties.ts'
import { checkNoDialectLost } from './dialects.ts'
import { SUPPORTED_VIEW_FORMAT_VERSION } from './format-version.ts'
import type { StringMap } from '../fields.ts'
import type { Schema } from '../metadata/schema/types.ts'
import type { ViewHistoryEntry, ViewMetadata, ViewVersion } from './view-metadata.ts'
import { retainedHistory, retainedVersions } from './retention.ts'

/** A view while a set of updates is being applied to it: what will be written, and what the set has done so far. */
export interface ViewDraft {
  uuid: string | undefined
  formatVersion: number
  location: string | undefined
  properties: StringMap
  schemas: readonly Schema[]
  currentVersionId: number | undefined
  versions: readonly ViewVersion[]
  /** What -1 stands for as a schema id: the schema that the last `add-schema` of this set named. */
  lastAddedSchemaId: number | undefined
  /** What -1 stands for as a version id. */
  lastAddedVersionId: number | undefined
  /** Versions that did not exist before this set. */
  readonly newVersionIds: Set<number>
}

export function openDraft(base: ViewMetadata | null): ViewDraft {
  return {
    uuid: base?.['view-uuid'],
    formatVersion: base?.['format-version'] ?? SUPPORTED_VIEW_FORMAT_VERSION,
    location: base?.location,
    properties: base?.properties ?? {},
    schemas: base?.schemas ?? [],
    currentVersionId: base?.['current-version-id'],
    versions: base?.versions ?? [],
    lastAddedSchemaId: undefined,
    lastAddedVersionId: undefined,
    newVersionIds: new Set(),
  }
}

/** The view that a draft describes, with its log continued and old versions let go. */
export function closeDraft(draft: ViewDraft, base: ViewMetadata | null, now: Int64): ViewMetadata {
  const { uuid, location, properties } = draft
  if (uuid === undefined) throw new HeadgateError('bad-request', 'Invalid view: no uuid was assigned')
  if (location === undefined) throw new HeadgateError('bad-request', 'Invalid view: no location was set')
  const current = draft.versions.find((version) => version['version-id'] === draft.currentVersionId)
  if (current === undefined)
    throw new HeadgateError('bad-request', 'Invalid view: no current version was set')
  const previous = base?.versions.find((version) => version['version-id'] === base['current-version-id'])
  if (previous !== undefined && !dropDialectAllowed(properties)) checkNoDialectLost(previous, current)

  const mustKeep = new Set([...draft.newVersionIds, current['version-id']]).size
  const keep = Math.max(viewHistorySize(properties), mustKeep)
  const versions = retainedVersions(draft.versions, current, keep)
  const history = [...(base?.['version-log'] ?? []), ...logEntry(base, current, now)]
  return {
    ...base,
    'view-uuid': uuid,
    'format-version': draft.formatVersion,
    location,
    properties,
    schemas: draft.schemas,
    'current-version-id': current['version-id'],
    versions,
    'version-log': versions.length < draft.versions.length ? retainedHistory(history, versions) : history,
  }
}

/** The log has one entry for each change of the current version that others could see, so at most one per set. */
function logEntry(base: ViewMetadata | null, current: ViewVersion, now: Int64): readonly ViewHistoryEntry[] {
  const id = current['version-id']
  if (base !== null && base['current-version-id'] === id) return []
  // A version made in this set became current when it was made; an older one is being brought back now.
  const isNew = base === null || !base.versions.some((version) => version['version-id'] === id)
  return [{ 'timestamp-ms': isNew ? current['timestamp-ms'] : now, 'version-id': id }]
}
