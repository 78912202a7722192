import { HeadgateError } from '@headgate/errors'
import { checkRepresentations } from './dialects.ts'
import { SUPPORTED_VIEW_FORMAT_VERSION } from './format-version.ts'
import { sameJson } from './same-json.ts'
import { sameSchema } from '../metadata/schema/same-schema.ts'
import { schemaIndex } from '../metadata/schema/schema-index.ts'
import type { Schema } from '../metadata/schema/types.ts'
import { sameUuid } from './uuid.ts'
import type { ViewDraft } from './view-draft.ts'
import type { ViewVersion } from './view-metadata.ts'
import type { ViewUpdate } from './view-update.ts'

/** Id in an update that refers to the last schema or version that the same commit added. */
const LAST_ADDED = -1
const FIRST_SCHEMA_ID = 0
const FIRST_VERSION_ID = 1
const MAX_ID = 2 ** 31 - 1

const refuse = (message: string): HeadgateError => new HeadgateError('bad-request', message)

/** Applies one update of a commit to the draft of a view's metadata. */
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
      for (const [name, value] of Object.entries(update.updates)) draft.properties.set(name, value)
      return
    case 'remove-properties':
      for (const name of update.removals) draft.properties.delete(name)
      return
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
 * Adds a schema and returns its id, or returns the id of the equal schema of the view. In both cases the id -1 then
 * refers to this schema, because a client cannot know whether another client has already added an equal schema.
 */
function addSchema(draft: ViewDraft, schema: Schema): number {
  const fields = schemaIndex(schema).byId.size
  let steps = 0
  const same = draft.schemas.find((known) => {
    steps += known.fields.length === schema.fields.length ? 4 + fields : 4
    return sameSchema(known, schema)
  })
  draft.budget.spend(steps)
  if (same !== undefined) return same['schema-id']
  const id = nextId(
    FIRST_SCHEMA_ID,
    draft.schemas.map((known) => known['schema-id']),
  )
  draft.schemas = [...draft.schemas, { ...schema, 'schema-id': id }]
  return id
}

/**
 * Adds a view version and returns its id, or returns the id of the equal version of the view. Keeps the id that the
 * client chose if it is higher than all existing ids.
 */
function addVersion(draft: ViewDraft, requested: ViewVersion): number {
  const version = { ...requested, 'schema-id': knownSchemaId(draft, requested['schema-id']) }
  checkRepresentations(version)
  draft.budget.spend(draft.versions.length * countSteps(version))
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

/** Returns the cost of the comparison of a view version with another version, in steps of a `StepBudget`. */
function countSteps(version: ViewVersion): number {
  const { representations, summary, 'default-namespace': namespace } = version
  return 25 + 10 * (representations.length + Object.keys(summary).length + namespace.length)
}

function knownSchemaId(draft: ViewDraft, requested: number): number {
  const id = requested === LAST_ADDED ? draft.lastAddedSchemaId : requested
  if (id === undefined) throw refuse('Cannot set last added schema: no schema has been added')
  draft.budget.spend(draft.schemas.length)
  if (!draft.schemas.some((schema) => schema['schema-id'] === id)) {
    throw refuse(`Cannot add version with unknown schema: ${id}`)
  }
  return id
}

/** Returns whether two versions are equal except for their ids and times. */
function sameVersion(a: ViewVersion, b: ViewVersion): boolean {
  return sameJson(a, { ...b, 'version-id': a['version-id'], 'timestamp-ms': a['timestamp-ms'] })
}

function setCurrentVersion(draft: ViewDraft, requested: number): void {
  const id = requested === LAST_ADDED ? draft.lastAddedVersionId : requested
  if (id === undefined) throw refuse('Cannot set last added version: no version has been added')
  draft.budget.spend(draft.versions.length)
  if (!draft.versions.some((version) => version['version-id'] === id)) {
    throw refuse(`Cannot set current version to unknown version: ${id}`)
  }
  draft.currentVersionId = id
}

function nextId(atLeast: number, taken: readonly number[]): number {
  const id = taken.reduce((next, other) => (other >= next ? other + 1 : next), atLeast)
  if (id > MAX_ID) throw refuse(`Cannot assign an id above the maximum ${MAX_ID}`)
  return id
}
