import { toInt64, type Int64 } from '@headgate/json'
import { compatibleSpecs } from '../../metadata/partition/same-spec.ts'
import type { PartitionSpec } from '../../metadata/partition/types.ts'
import { sameOrder } from '../../metadata/sort/same-order.ts'
import type { SortOrder } from '../../metadata/sort/types.ts'
import type { TableMetadata } from '../../metadata/types.ts'
import type { TableUpdate } from '../../metadata/update/types.ts'
import { sameJson } from '../../view/same-json.ts'
import { trimLocation } from './trim-location.ts'
import { findSchemaId } from './schema-updates.ts'

/** Returns whether a commit adds a snapshot. The id of the snapshot identifies the commit. */
export const addsSnapshot = (updates: readonly TableUpdate[]): boolean =>
  updates.some(({ action }) => action === 'add-snapshot')

/**
 * Returns whether a commit is visible in a table. Snapshots and the uuid of a new table can only come from this
 * commit, and a commit is atomic. For a commit without such updates, checks that all its updates are in effect.
 */
export function isTableCommitVisible(updates: readonly TableUpdate[], metadata: TableMetadata): boolean {
  const unique = updates.filter(({ action }) => action === 'add-snapshot' || action === 'assign-uuid')
  return (unique.length > 0 ? unique : updates).every((update) => isApplied(update, updates, metadata))
}

/** Returns whether the metadata of a table already contains the result of an update. */
function isApplied(update: TableUpdate, all: readonly TableUpdate[], metadata: TableMetadata): boolean {
  const { properties, refs } = metadata
  switch (update.action) {
    case 'assign-uuid':
      return update.uuid.toLowerCase() === metadata['table-uuid']?.toLowerCase()
    case 'upgrade-format-version':
      return metadata['format-version'] >= update['format-version']
    case 'set-location':
      return trimLocation(metadata.location) === trimLocation(update.location)
    case 'set-properties':
      return Object.entries(update.updates).every(([name, value]) => findOwn(properties, name) === value)
    case 'remove-properties':
      return update.removals.every((name) => findOwn(properties, name) === undefined)
    case 'add-schema':
      return findSchemaId(metadata.schemas, update.schema) !== undefined
    case 'set-current-schema': {
      const added = all.findLast((each) => each.action === 'add-schema')
      const wanted =
        update['schema-id'] === -1
          ? added && findSchemaId(metadata.schemas, added.schema)
          : update['schema-id']
      return metadata['current-schema-id'] === wanted
    }
    case 'remove-schemas':
      return !metadata.schemas.some((each) => update['schema-ids'].includes(each['schema-id']))
    case 'add-spec':
      return findSpecId(update.spec, metadata) !== undefined
    case 'set-default-spec': {
      const added = all.findLast((each) => each.action === 'add-spec')
      const wanted = update['spec-id'] === -1 ? added && findSpecId(added.spec, metadata) : update['spec-id']
      return metadata['default-spec-id'] === wanted
    }
    case 'remove-partition-specs':
      return !metadata['partition-specs'].some((each) => update['spec-ids'].includes(each['spec-id']))
    case 'add-sort-order':
      return findSortOrderId(update['sort-order'], metadata) !== undefined
    case 'set-default-sort-order': {
      const added = all.findLast((each) => each.action === 'add-sort-order')
      const wanted =
        update['sort-order-id'] === -1
          ? added && findSortOrderId(added['sort-order'], metadata)
          : update['sort-order-id']
      return metadata['default-sort-order-id'] === wanted
    }
    case 'add-snapshot':
      return metadata.snapshots.some(hasSnapshotId(update.snapshot['snapshot-id']))
    case 'remove-snapshots':
      return !update['snapshot-ids'].some((id) => metadata.snapshots.some(hasSnapshotId(id)))
    case 'set-snapshot-ref':
      return sameJson(findOwn(refs, update['ref-name']), {
        ...update.ref,
        'snapshot-id': toInt64(update.ref['snapshot-id']),
      })
    case 'remove-snapshot-ref':
      return findOwn(refs, update['ref-name']) === undefined
    case 'set-statistics': {
      const { statistics } = update
      const found = metadata.statistics.find(hasSnapshotId(statistics['snapshot-id']))
      return found?.['statistics-path'] === statistics['statistics-path']
    }
    case 'remove-statistics':
      return !metadata.statistics.some(hasSnapshotId(update['snapshot-id']))
    case 'set-partition-statistics': {
      const statistics = update['partition-statistics']
      const found = metadata['partition-statistics'].find(hasSnapshotId(statistics['snapshot-id']))
      return found?.['statistics-path'] === statistics['statistics-path']
    }
    case 'remove-partition-statistics':
      return !metadata['partition-statistics'].some(hasSnapshotId(update['snapshot-id']))
    case 'add-encryption-key':
      return metadata['encryption-keys'].some((each) => each['key-id'] === update['encryption-key']['key-id'])
    default:
      return !metadata['encryption-keys'].some((each) => each['key-id'] === update['key-id'])
  }
}

const findSpecId = (spec: PartitionSpec, metadata: TableMetadata): number | undefined =>
  metadata['partition-specs'].find((each) => compatibleSpecs(each, spec))?.['spec-id']

const findSortOrderId = (order: SortOrder, metadata: TableMetadata): number | undefined =>
  metadata['sort-orders'].find((each) => sameOrder(each, order))?.['order-id']

function hasSnapshotId(id: Int64): (each: { readonly 'snapshot-id': Int64 }) => boolean {
  const wanted = toInt64(id)
  return (each) => each['snapshot-id'] === wanted
}

const findOwn = <T>(map: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(map, name) ? map[name] : undefined
