import type { Int64, JsonObject } from '@headgate/json'
import { invalid } from '../../field-error.ts'
import { StepBudget } from '../../step-budget.ts'
import type { PartitionSpec } from '../partition/types.ts'
import { schemaIndex, type SchemaIndex } from '../schema/schema-index.ts'
import type { Schema } from '../schema/types.ts'
import type { Snapshot, SnapshotLogEntry, SnapshotRef } from '../snapshot/types.ts'
import type { SortOrder } from '../sort/types.ts'
import type { PartitionStatisticsFile, StatisticsFile } from '../statistics/types.ts'
import { unknownFields } from '../table/known-fields.ts'
import type { EncryptedKey, FormatVersion, TableMetadata } from '../types.ts'

/**
 * Draft of a table: its state while the updates of one commit are applied. Updates change it in place. Only this
 * folder and `../update` use drafts; `build` converts a draft to immutable metadata.
 */
export interface Draft {
  /** Time of this commit in ms since the epoch. */
  readonly now: Int64
  /** Whether the commit creates the table. */
  readonly isNew: boolean
  formatVersion: FormatVersion
  uuid: string | undefined
  location: string | undefined
  lastSequenceNumber: Int64
  lastColumnId: number
  currentSchemaId: number
  schemas: Map<number, Schema>
  defaultSpecId: number
  specs: Map<number, PartitionSpec>
  lastPartitionId: number
  defaultOrderId: number
  orders: Map<number, SortOrder>
  properties: Map<string, string>
  currentSnapshotId: Int64 | null
  snapshots: Map<Int64, Snapshot>
  refs: Map<string, SnapshotRef>
  statistics: Map<Int64, readonly StatisticsFile[]>
  partitionStatistics: Map<Int64, readonly PartitionStatisticsFile[]>
  snapshotLog: SnapshotLogEntry[]
  encryptionKeys: Map<string, EncryptedKey>
  nextRowId: Int64
  readonly unknownFields: JsonObject
  readonly changes: Changes
  readonly budget: StepBudget
  /** Number of branches and tags that refer to each snapshot. Undefined until an update removes a snapshot. */
  refCounts: Map<Int64, number> | undefined
  /** Ids of partition fields by their `computationKey`. Undefined until a spec without ids is added. */
  partitionIds: Map<string, number> | undefined
}

/** Changes of this commit that later updates and `build` depend on. */
interface Changes {
  any: boolean
  readonly addedSchemas: Set<number>
  readonly addedSpecs: Set<number>
  readonly addedOrders: Set<number>
  /** Id of the schema that -1 refers to, or null if this commit added no schema. */
  lastAddedSchema: number | null
  lastAddedSpec: number | null
  lastAddedOrder: number | null
  readonly addedSnapshots: Set<Int64>
  /** Ids of added snapshots that were the current snapshot at some time during this commit. */
  readonly madeCurrent: Set<Int64>
  removedSnapshots: boolean
}

/**
 * Creates a draft from the current metadata of a table. The time of the draft is not before the last update of the
 * table, because the clock of another catalog or replica may have been ahead, and readers refuse logs with decreasing
 * times.
 */
export function createDraft(base: TableMetadata, now: number): Draft {
  const last = base['last-updated-ms']
  return {
    now: last > now ? last : now,
    isNew: false,
    formatVersion: base['format-version'],
    uuid: base['table-uuid'],
    location: base.location,
    lastSequenceNumber: base['last-sequence-number'],
    lastColumnId: base['last-column-id'],
    currentSchemaId: base['current-schema-id'],
    schemas: new Map(base.schemas.map((it) => [it['schema-id'], it])),
    defaultSpecId: base['default-spec-id'],
    specs: new Map(base['partition-specs'].map((it) => [it['spec-id'], it])),
    lastPartitionId: base['last-partition-id'],
    defaultOrderId: base['default-sort-order-id'],
    orders: new Map(base['sort-orders'].map((it) => [it['order-id'], it])),
    properties: new Map(Object.entries(base.properties)),
    currentSnapshotId: base['current-snapshot-id'],
    snapshots: new Map(base.snapshots.map((it) => [it['snapshot-id'], it])),
    refs: new Map(Object.entries(base.refs)),
    statistics: Map.groupBy(base.statistics, (it) => it['snapshot-id']),
    partitionStatistics: Map.groupBy(base['partition-statistics'], (it) => it['snapshot-id']),
    snapshotLog: [...base['snapshot-log']],
    encryptionKeys: new Map(base['encryption-keys'].map((it) => [it['key-id'], it])),
    nextRowId: base['next-row-id'],
    unknownFields: unknownFields(base),
    changes: noChanges(),
    ...createWork(),
  }
}

/** Creates the draft of a table that does not exist yet. */
export function createEmptyDraft(formatVersion: FormatVersion, now: number): Draft {
  return {
    now,
    isNew: true,
    formatVersion,
    uuid: undefined,
    location: undefined,
    lastSequenceNumber: 0,
    lastColumnId: 0,
    currentSchemaId: 0,
    schemas: new Map(),
    defaultSpecId: 0,
    specs: new Map(),
    lastPartitionId: 999,
    defaultOrderId: 0,
    orders: new Map(),
    properties: new Map(),
    currentSnapshotId: null,
    snapshots: new Map(),
    refs: new Map(),
    statistics: new Map(),
    partitionStatistics: new Map(),
    snapshotLog: [],
    encryptionKeys: new Map(),
    nextRowId: 0,
    unknownFields: {},
    changes: noChanges(),
    ...createWork(),
  }
}

function createWork(): Pick<Draft, 'budget' | 'refCounts' | 'partitionIds'> {
  return { budget: new StepBudget(), refCounts: undefined, partitionIds: undefined }
}

/** Returns the highest id, or `otherwise` if no id is higher. */
export function highestId(ids: Iterable<number>, otherwise: number): number {
  let highest = otherwise
  for (const id of ids) highest = Math.max(highest, id)
  return highest
}

function noChanges(): Changes {
  return {
    any: false,
    addedSchemas: new Set(),
    addedSpecs: new Set(),
    addedOrders: new Set(),
    lastAddedSchema: null,
    lastAddedSpec: null,
    lastAddedOrder: null,
    addedSnapshots: new Set(),
    madeCurrent: new Set(),
    removedSnapshots: false,
  }
}

/**
 * Returns the index of the fields of the current schema.
 *
 * @param purpose operation that the error message names if the draft has no current schema
 */
export function currentSchemaIndex(draft: Draft, purpose: string): SchemaIndex {
  const schema = draft.schemas.get(draft.currentSchemaId)
  if (schema === undefined) throw invalid(`Cannot ${purpose}: there is no current schema`)
  return schemaIndex(schema)
}
