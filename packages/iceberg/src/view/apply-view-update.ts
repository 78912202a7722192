import { HeadgateError } from '@headgate/errors'
import { checkRepresentations } from './dialects.ts'
import { SUPPORTED_VIEW_FORMAT_VERSION } from './format-version.ts'
import { sameJson } from './same-json.ts'
import { sameSchema } from '../metadata/schema/same-schema.ts'
import type { Schema } from '../metadata/schema/types.ts'
import { sameUuid } from './uuid.ts'
import type { ViewDraft } from './view-draft.ts'
import type { ViewVersion } from './view-metadata.ts'
import type { ViewUpdate } from './view-update.ts'

/** In place of an id: the one that was added last in this set. */
const LAST_ADDED = -1
const FIRST_SCHEMA_ID = 0
const FIRST_VERSION_ID = 1
const MAX_ID = 2 ** 31 - 1

const refuse = (message: string): HeadgateError => new HeadgateError('bad-request', message)

/** Applies one update to a draft. */
export function applyViewUpdate(draft: ViewDraft, update: ViewUpdate): void {
  switch (update.action) {
    case 'assign-uuid':
      if (draft.uuid !== undefined && !sameUuid(draft.uuid, update.uuid)) throw refuse('Cannot reassign uuid')
      draft.uuid ??= update.uuid
      return
    case 'upgrade-format-version':
      upgradeFormatVersion(draft, update['format-version'])
      return
    case 'add-schema':
      draft.lastAddedSchemaId = addSchema(draft, update.schema)
      return
    case 'set-location':
      draft.location = update.location
      return
    case 'set-properties':
      draft.properties = { ...draft.properties, ...update.updates }
      return
    case 'remove-properties': {
      const removals = new Set(update.removals)
      draft.properties = Object.fromEntries(
        Object.entries(draft.properties).filter(([key]) => !removals.has(key)),
      )
      return
    }
    case 'add-view-version':
      draft.lastAddedVersionId = addVersion(draft, update['view-version'])
      return
    case 'set-current-view-version':
      setCurrentVersion(draft, update['view-version-id'])
  }
}

function upgradeFormatVersion(draft: ViewDraft, version: number): void {
  if (version < draft.formatVersion)
    throw refuse(`Cannot downgrade v${draft.formatVersion} view to v${version}`)
  if (version > SUPPORTED_VIEW_FORMAT_VERSION) throw refuse(`Unsupported format version: ${version}`)
  draft.formatVersion = version
}

/**
 * The id of an equal schema, or of a new one. A schema that was there already counts as added too: a client cannot
 * know that another one was faster, and its -1 must not depend on that.
 */
function addSchema(draft: ViewDraft, schema: Schema): number {
  const same = draft.schemas.find((known) => sameSchema(known, schema))
  if (same !== undefined) return same['schema-id']
  const id = nextId(
    FIRST_SCHEMA_ID,
    draft.schemas.map((known) => known['schema-id']),
  )
  draft.schemas = [...draft.schemas, { ...schema, 'schema-id': id }]
  return id
}

/** The id of an equal version, or of a new one; the client's id stands if it is higher than all others. */
function addVersion(draft: ViewDraft, requested: ViewVersion): number {
  const version = { ...requested, 'schema-id': knownSchemaId(draft, requested['schema-id']) }
  checkRepresentations(version)
  const same = draft.versions.find((known) => sameVersion(known, version))
  if (same !== undefined) return same['version-id']
  const id = nextId(
    Math.max(version['version-id'], FIRST_VERSION_ID),
    draft.versions.map((known) => known['version-id']),
  )
  draft.versions = [...draft.versions, { ...version, 'version-id': id }]
  draft.newVersionIds.add(id)
  return id
}

function knownSchemaId(draft: ViewDraft, requested: number): number {
  const id = requested === LAST_ADDED ? draft.lastAddedSchemaId : requested
  if (id === undefined) throw refuse('Cannot set last added schema: no schema has been added')
  if (!draft.schemas.some((schema) => schema['schema-id'] === id)) {
    throw refuse(`Cannot add version with unknown schema: ${id}`)
  }
  return id
}

/** Whether two versions say the same, whatever their ids and the times they were made. */
function sameVersion(a: ViewVersion, b: ViewVersion): boolean {
  return sameJson(a, { ...b, 'version-id': a['version-id'], 'timestamp-ms': a['timestamp-ms'] })
}

function setCurrentVersion(draft: ViewDraft, requested: number): void {
  const id = requested === LAST_ADDED ? draft.lastAddedVersionId : requested
  if (id === undefined) throw refuse('Cannot set last added version: no version has been added')
  if (!draft.versions.some((version) => version['version-id'] === id)) {
    throw refuse(`Cannot set current version to unknown version: ${id}`)
  }
  draft.currentVersionId = id
}

function nextId(atLeast: number, taken: readonly number[]): number {
  const id = taken.reduce((next, other) => (other >= next ? other + 1 : next), atLeast)
  if (id > MAX_ID) throw refuse(`Cannot assign an id after ${MAX_ID}`)
  return id
}
