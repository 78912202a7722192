import { toInt64, type Int64 } from '@headgate/json'
import { compatibleSpecs } from '../../metadata/partition/same-spec.ts'
import type { PartitionSpec } from '../../metadata/partition/types.ts'
import { sameOrder } from '../../metadata/sort/same-order.ts'
import type { SortOrder } from '../../metadata/sort/types.ts'
import type { TableMetadata } from '../../metadata/types.ts'
import type { TableUpdate } from '../../metadata/update/types.ts'
import { sameJson } from '../../view/same-json.ts'
import { bareLocation } from './bare-location.ts'
import { knownSchema } from './schema-updates.ts'

/** Whether a commit adds a snapshot, whose id is nobody else's. */
export const addsSnapshot = (updates: readonly TableUpdate[]): boolean =>
  updates.some(({ action }) => action === 'add-snapshot')

/**
 * Whether a commit can be seen in a table: by what nobody else could have written (snapshots, the uuid of a new table),
 * as a commit is made wholly or not at all; and if it has nothing of the kind, because all that it wanted is so.
 */
export function tableLanded(updates: readonly TableUpdate[], metadata: TableMetadata): boolean {
  const marks = updates.filter(({ action }) => action === 'add-snapshot' || action === 'assign-uuid')
  return (marks.length > 0 ? marks : updates).every((update) => isSo(update, updates, metadata))
}

/** Whether a table is as one update wants it to be. */
function isSo(update: TableUpdate, all: readonly TableUpdate[], metadata: TableMetadata): boolean {
  const { properties, refs } = metadata
  switch (update.action) {
    case 'assign-uuid':
      return update.uuid.toLowerCase() === metadata['table-uuid']?.toLowerCase()
    case 'upgrade-format-version':
      return metadata['format-version'] >= update['format-version']
    case 'set-location':
      return bareLocation(metadata.location) === bareLocation(update.location)
    case 'set-properties':
      return Object.entries(update.updates).every(([name, value]) => own(properties, name) === value)
    case 'remove-properties':
      return update.removals.every((name) => own(properties, name) === undefined)
    case 'add-schema':
      return knownSchema(metadata.schemas, update.schema) !== undefined
    case 'set-current-schema': {
      const added = all.findLast((each) => each.action === 'add-schema')
      const wanted =
        update['schema-id'] === -1
          ? added && knownSchema(metadata.schemas, added.schema)
          : update['schema-id']
      return metadata['current-schema-id'] === wanted
    }
    case 'remove-schemas':
      return !metadata.schemas.some((each) => update['schema-ids'].includes(each['schema-id']))
    case 'add-spec':
      return specOf(update.spec, metadata) !== undefined
    case 'set-default-spec': {
      const added = all.findLast((each) => each.action === 'add-spec')
      const wanted = update['spec-id'] === -1 ? added && specOf(added.spec, metadata) : update['spec-id']
      return metadata['default-spec-id'] === wanted
    }
    case 'remove-partition-specs':
      return !metadata['partition-specs'].some((each) => update['spec-ids'].includes(each['spec-id']))
    case 'add-sort-order':
      return orderOf(update['sort-order'], metadata) !== undefined
    case 'set-default-sort-order': {
      const added = all.findLast((each) => each.action === 'add-sort-order')
      const wanted =
        update['sort-order-id'] === -1
          ? added && orderOf(added['sort-order'], metadata)
          : update['sort-order-id']
      return metadata['default-sort-order-id'] === wanted
    }
    case 'add-snapshot':
      return metadata.snapshots.some(same(update.snapshot['snapshot-id']))
    case 'remove-snapshots':
      return !update['snapshot-ids'].some((id) => metadata.snapshots.some(same(id)))
    case 'set-snapshot-ref':
      return sameJson(own(refs, update['ref-name']), {
        ...update.ref,
        'snapshot-id': toInt64(update.ref['snapshot-id']),
      })
    case 'remove-snapshot-ref':
      return own(refs, update['ref-name']) === undefined
    case 'set-statistics': {
      const { statistics } = update
      const found = metadata.statistics.find(same(statistics['snapshot-id']))
      return found?.['statistics-path'] === statistics['statistics-path']
    }
    case 'remove-statistics':
      return !metadata.statistics.some(same(update['snapshot-id']))
    case 'set-partition-statistics': {
      const statistics = update['partition-statistics']
      const found = metadata['partition-statistics'].find(same(statistics['snapshot-id']))
      return found?.['statistics-path'] === statistics['statistics-path']
    }
    case 'remove-partition-statistics':
      return !metadata['partition-statistics'].some(same(update['snapshot-id']))
    case 'add-encryption-key':
      return metadata['encryption-keys'].some((each) => each['key-id'] === update['encryption-key']['key-id'])
    default:
      return !metadata['encryption-keys'].some((each) => each['key-id'] === update['key-id'])
  }
}

const specOf = (spec: PartitionSpec, metadata: TableMetadata): number | undefined =>
  metadata['partition-specs'].find((each) => compatibleSpecs(each, spec))?.['spec-id']

const orderOf = (order: SortOrder, metadata: TableMetadata): number | undefined =>
  metadata['sort-orders'].find((each) => sameOrder(each, order))?.['order-id']

function same(id: Int64): (each: { readonly 'snapshot-id': Int64 }) => boolean {
  const wanted = toInt64(id)
  return (each) => each['snapshot-id'] === wanted
}

const own = <T>(map: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(map, name) ? map[name] : undefined
