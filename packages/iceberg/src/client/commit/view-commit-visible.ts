import { sameJson } from '../../view/same-json.ts'
import type { ViewMetadata, ViewVersion } from '../../view/view-metadata.ts'
import type { ViewUpdate } from '../../view/view-update.ts'
import { trimLocation } from './trim-location.ts'
import { findSchemaId } from './schema-updates.ts'

/** Returns whether a commit is visible in a view: the metadata contains the results of all its updates. */
export function isViewCommitVisible(updates: readonly ViewUpdate[], metadata: ViewMetadata): boolean {
  return updates.every((update) => isApplied(update, updates, metadata))
}

/** Returns whether the metadata of a view already contains the result of an update. */
function isApplied(update: ViewUpdate, all: readonly ViewUpdate[], metadata: ViewMetadata): boolean {
  const { properties } = metadata
  switch (update.action) {
    case 'assign-uuid':
      return update.uuid.toLowerCase() === metadata['view-uuid'].toLowerCase()
    case 'upgrade-format-version':
      return metadata['format-version'] >= update['format-version']
    case 'set-location':
      return trimLocation(metadata.location) === trimLocation(update.location)
    case 'set-properties':
      return Object.entries(update.updates).every(
        ([name, value]) => Object.hasOwn(properties, name) && properties[name] === value,
      )
    case 'remove-properties':
      return !update.removals.some((name) => Object.hasOwn(properties, name))
    case 'add-schema':
      return findSchemaId(metadata.schemas, update.schema) !== undefined
    case 'add-view-version':
      return findVersionId(update['view-version'], metadata) !== undefined
    default: {
      const added = all.findLast((each) => each.action === 'add-view-version')
      const id = update['view-version-id']
      const wanted = id === -1 ? added && findVersionId(added['view-version'], metadata) : id
      return metadata['current-version-id'] === wanted
    }
  }
}

/**
 * Returns the id that the server assigned to a view version. Compares versions without their id, time and schema id,
 * because the server may change these values.
 */
function findVersionId(version: ViewVersion, { versions }: ViewMetadata): number | undefined {
  const members = ['representations', 'default-namespace', 'default-catalog', 'summary'] as const
  return versions.findLast((each) => members.every((member) => sameJson(each[member], version[member])))?.[
    'version-id'
  ]
}
