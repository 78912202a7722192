import { sameJson } from '../../view/same-json.ts'
import type { ViewMetadata, ViewVersion } from '../../view/view-metadata.ts'
import type { ViewUpdate } from '../../view/view-update.ts'
import { bareLocation } from './bare-location.ts'
import { knownSchema } from './schema-updates.ts'

/** Whether a commit can be seen in a view: all that it wanted is so. */
export function viewLanded(updates: readonly ViewUpdate[], metadata: ViewMetadata): boolean {
  return updates.every((update) => isSo(update, updates, metadata))
}

/** Whether a view is as one update wants it to be. */
function isSo(update: ViewUpdate, all: readonly ViewUpdate[], metadata: ViewMetadata): boolean {
  const { properties } = metadata
  switch (update.action) {
    case 'assign-uuid':
      return update.uuid.toLowerCase() === metadata['view-uuid'].toLowerCase()
    case 'upgrade-format-version':
      return metadata['format-version'] >= update['format-version']
    case 'set-location':
      return bareLocation(metadata.location) === bareLocation(update.location)
    case 'set-properties':
      return Object.entries(update.updates).every(
        ([name, value]) => Object.hasOwn(properties, name) && properties[name] === value,
      )
    case 'remove-properties':
      return !update.removals.some((name) => Object.hasOwn(properties, name))
    case 'add-schema':
      return knownSchema(metadata.schemas, update.schema) !== undefined
    case 'add-view-version':
      return versionOf(update['view-version'], metadata) !== undefined
    default: {
      const added = all.findLast((each) => each.action === 'add-view-version')
      const id = update['view-version-id']
      const wanted = id === -1 ? added && versionOf(added['view-version'], metadata) : id
      return metadata['current-version-id'] === wanted
    }
  }
}

/** The id that a version got. Its own number, its time and that of its schema are the server's to give. */
function versionOf(version: ViewVersion, { versions }: ViewMetadata): number | undefined {
  const members = ['representations', 'default-namespace', 'default-catalog', 'summary'] as const
  return versions.findLast((each) => members.every((member) => sameJson(each[member], version[member])))?.[
    'version-id'
  ]
}
