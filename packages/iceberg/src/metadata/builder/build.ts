import { invalid } from '../../field-error.ts'
import { checkSpecCompatibility } from '../partition/check-spec.ts'
import { checkOrderCompatibility } from '../sort/check-order.ts'
import { checkTable } from '../table/check-table.ts'
import type { MetadataLogEntry, TableMetadata } from '../types.ts'
import { currentSchemaIndex, type Draft } from './draft.ts'
import { correctedSnapshotLog } from './snapshot-log.ts'

/**
 * Converts the draft of a table, to which all updates of a commit were applied, to metadata. Checks that a schema,
 * partition spec, sort order and location are set, that the default spec and order are valid for the current schema,
 * and the conditions of `checkTable`.
 *
 * @throws {HeadgateError} bad-request
 */
export function build(draft: Draft, metadataLog: readonly MetadataLogEntry[]): TableMetadata {
  const index = currentSchemaIndex(draft, 'build table metadata')
  const spec = draft.specs.get(draft.defaultSpecId)
  if (spec === undefined) throw invalid('Cannot build table metadata: there is no default partition spec')
  const order = draft.orders.get(draft.defaultOrderId)
  if (order === undefined) throw invalid('Cannot build table metadata: there is no default sort order')
  checkSpecCompatibility(spec, index)
  checkOrderCompatibility(order, index)
  if (draft.location === undefined)
    throw invalid(`Table location is required in format v${draft.formatVersion}`)
  const metadata: TableMetadata = {
    ...draft.unknownFields,
    'format-version': draft.formatVersion,
    ...(draft.uuid === undefined ? {} : { 'table-uuid': draft.uuid }),
    location: draft.location,
    'last-sequence-number': draft.lastSequenceNumber,
    'last-updated-ms': draft.now,
    'last-column-id': draft.lastColumnId,
    schemas: [...draft.schemas.values()],
    'current-schema-id': draft.currentSchemaId,
    'partition-specs': [...draft.specs.values()],
    'default-spec-id': draft.defaultSpecId,
    'last-partition-id': draft.lastPartitionId,
    'sort-orders': [...draft.orders.values()],
    'default-sort-order-id': draft.defaultOrderId,
    properties: Object.fromEntries(draft.properties),
    'current-snapshot-id': draft.currentSnapshotId,
    'next-row-id': draft.nextRowId,
    refs: Object.fromEntries(draft.refs),
    snapshots: [...draft.snapshots.values()],
    statistics: [...draft.statistics.values()].flat(),
    'partition-statistics': [...draft.partitionStatistics.values()].flat(),
    'snapshot-log': correctedSnapshotLog(draft),
    'metadata-log': metadataLog,
    'encryption-keys': [...draft.encryptionKeys.values()],
  }
  checkTable(metadata)
  return metadata
}
