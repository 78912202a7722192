import type { Draft } from '../builder/draft.ts'
import { addEncryptionKey, removeEncryptionKey } from './encryption-keys.ts'
import { removeProperties, setProperties } from './properties.ts'
import { removeRef, setRef } from './refs.ts'
import { addSchema, removeSchemas, setCurrentSchema } from './schemas.ts'
import { addSnapshot, removeSnapshots } from './snapshots.ts'
import { addSortOrder, setDefaultSortOrder } from './sort-orders.ts'
import { addSpec, removeSpecs, setDefaultSpec } from './specs.ts'
import {
  removePartitionStatistics,
  removeStatistics,
  setPartitionStatistics,
  setStatistics,
} from './statistics.ts'
import { assignUuid, setLocation, upgradeFormatVersion } from './table.ts'
import type { TableUpdate } from './types.ts'

/** Applies one update of a commit to the draft of a table's metadata. */
export function applyUpdate(draft: Draft, update: TableUpdate): void {
  switch (update.action) {
    case 'assign-uuid':
      return assignUuid(draft, update.uuid)
    case 'upgrade-format-version':
      return upgradeFormatVersion(draft, update['format-version'])
    case 'set-location':
      return setLocation(draft, update.location)
    case 'add-schema':
      return addSchema(draft, update.schema)
    case 'set-current-schema':
      return setCurrentSchema(draft, update['schema-id'])
    case 'remove-schemas':
      return removeSchemas(draft, update['schema-ids'])
    case 'add-spec':
      return addSpec(draft, update.spec)
    case 'set-default-spec':
      return setDefaultSpec(draft, update['spec-id'])
    case 'remove-partition-specs':
      return removeSpecs(draft, update['spec-ids'])
    case 'add-sort-order':
      return addSortOrder(draft, update['sort-order'])
    case 'set-default-sort-order':
      return setDefaultSortOrder(draft, update['sort-order-id'])
    case 'add-snapshot':
      return addSnapshot(draft, update.snapshot)
    case 'remove-snapshots':
      return removeSnapshots(draft, update['snapshot-ids'])
    case 'set-snapshot-ref':
      return setRef(draft, update['ref-name'], update.ref)
    case 'remove-snapshot-ref':
      return removeRef(draft, update['ref-name'])
    case 'set-properties':
      return setProperties(draft, update.updates)
    case 'remove-properties':
      return removeProperties(draft, update.removals)
    case 'set-statistics':
      return setStatistics(draft, update.statistics)
    case 'remove-statistics':
      return removeStatistics(draft, update['snapshot-id'])
    case 'set-partition-statistics':
      return setPartitionStatistics(draft, update['partition-statistics'])
    case 'remove-partition-statistics':
      return removePartitionStatistics(draft, update['snapshot-id'])
    case 'add-encryption-key':
      return addEncryptionKey(draft, update['encryption-key'])
    case 'remove-encryption-key':
      return removeEncryptionKey(draft, update['key-id'])
  }
}
