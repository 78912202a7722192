import { HeadgateError } from '@headgate/errors'
import type { Int64 } from '@headgate/json'
import { dropDialectAllowed, viewHistorySize } from './view-properties.ts'
import { checkNoDialectLost } from './dialects.ts'
import { SUPPORTED_VIEW_FORMAT_VERSION } from './format-version.ts'
import { StepBudget } from '../step-budget.ts'
import type { Schema } from '../metadata/schema/types.ts'
import type { ViewHistoryEntry, ViewMetadata, ViewVersion } from './view-metadata.ts'
import { retainedHistory, retainedVersions } from './retention.ts'

/** Draft of a view: its state while the updates of one commit are applied. */
export interface ViewDraft {
  uuid: string | undefined
  formatVersion: number
  location: string | undefined
  readonly properties: Map<string, string>
  schemas: readonly Schema[]
  currentVersionId: number | undefined
  versions: readonly ViewVersion[]
  /** Id of the last schema that an `add-schema` of this commit added. The schema id -1 refers to this schema. */
  lastAddedSchemaId: number | undefined
  /**
   * Id of the last version that an `add-view-version` of this commit added. The version id -1 refers to this version.
   */
  lastAddedVersionId: number | undefined
  /** Ids of the versions that this commit added. */
  readonly newVersionIds: Set<number>
  readonly budget: StepBudget
}

/** Creates a draft from the current metadata of a view, or an empty draft of a new view if `base` is null. */
export function openDraft(base: ViewMetadata | null): ViewDraft {
  return {
    uuid: base?.['view-uuid'],
    formatVersion: base?.['format-version'] ?? SUPPORTED_VIEW_FORMAT_VERSION,
    location: base?.location,
    properties: new Map(Object.entries(base?.properties ?? {})),
    schemas: base?.schemas ?? [],
    currentVersionId: base?.['current-version-id'],
    versions: base?.versions ?? [],
    lastAddedSchemaId: undefined,
    lastAddedVersionId: undefined,
    newVersionIds: new Set(),
    budget: new StepBudget(),
  }
}

/**
 * Converts a draft to the new metadata of the view. Adds an entry to the version log, and removes old versions above
 * the number that the view keeps.
 */
export function closeDraft(draft: ViewDraft, base: ViewMetadata | null, now: Int64): ViewMetadata {
  const { uuid, location } = draft
  const properties = Object.fromEntries(draft.properties)
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

/** Returns the new entry of the version log, or no entry if the current version did not change. */
function logEntry(base: ViewMetadata | null, current: ViewVersion, now: Int64): readonly ViewHistoryEntry[] {
  const id = current['version-id']
  if (base !== null && base['current-version-id'] === id) return []
  // The log entry of a new version contains the time of the version. The log entry of a rollback to an older version
  // contains the time of this commit.
  const isNew = base === null || !base.versions.some((version) => version['version-id'] === id)
  return [{ 'timestamp-ms': isNew ? current['timestamp-ms'] : now, 'version-id': id }]
}
