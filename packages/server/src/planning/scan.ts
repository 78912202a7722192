import { HeadgateError } from '@headgate/errors'
import { bindExpression, type BoundExpression } from '@headgate/iceberg/expression'
import type { PartitionSpec, Schema, Snapshot, TableMetadata } from '@headgate/iceberg/metadata'
import type { PlanTableScanRequest } from '@headgate/iceberg/rest'
import type { Int64, Json } from '@headgate/json'

/** Definition of a scan of a table, which each plan task contains. */
export interface ScanDefinition {
  readonly snapshotId: Int64
  /**
   * Id of the snapshot after which an incremental scan begins: it returns only files that later snapshots added. Null:
   * the scan returns all files of the snapshot.
   */
  readonly after: Int64 | null
  readonly schemaId: number
  readonly filter: Json
  readonly caseSensitive: boolean
  /** Ids of the columns whose statistics are returned. */
  readonly statsColumns: readonly number[]
}

/** Definition of a scan, with the parts of the table metadata that it refers to. */
export interface Scan {
  readonly definition: ScanDefinition
  /** Snapshots whose manifest lists are read. */
  readonly snapshots: readonly Snapshot[]
  readonly schema: Schema
  readonly filter: BoundExpression
  readonly specs: readonly PartitionSpec[]
  /** All schemas of the table. The schema of the scan is the first one. */
  readonly schemas: readonly Schema[]
}

/**
 * Returns the scan that a request describes. Null: the table has no snapshot.
 *
 * @throws HeadgateError `bad-request` for an unknown snapshot or column, and for a malformed filter
 */
export function defineScan(
  metadata: TableMetadata,
  request: PlanTableScanRequest,
  statsColumns: (schema: Schema) => readonly number[],
): ScanDefinition | null {
  const snapshotId = request.incremental?.to ?? request.snapshotId ?? metadata['current-snapshot-id']
  if (snapshotId === null) return null
  const snapshot = findSnapshot(metadata, snapshotId)
  if (snapshot === undefined)
    throw new HeadgateError(
      'bad-request',
      `The table has no snapshot ${snapshotId}. Load the table to see its snapshots.`,
    )
  const schemaId = request.useSnapshotSchema ? snapshot['schema-id'] : undefined
  const schema = findSchema(metadata, schemaId ?? metadata['current-schema-id'])
  return {
    snapshotId,
    after: request.incremental?.from ?? null,
    schemaId: schema['schema-id'],
    filter: request.filter,
    caseSensitive: request.caseSensitive,
    statsColumns: statsColumns(schema),
  }
}

/**
 * Finds the parts of the table metadata that a scan refers to, and binds its filter to the schema.
 *
 * @throws HeadgateError `bad-request` for a malformed filter and for snapshots that do not follow each other;
 * `no-such-plan-task` when the snapshot or the schema no longer exists
 */
export function openScan(metadata: TableMetadata, definition: ScanDefinition): Scan {
  const { snapshotId, after, schemaId, caseSensitive } = definition
  const snapshot = findSnapshot(metadata, snapshotId)
  const schema = metadata.schemas.find((each) => each['schema-id'] === schemaId)
  if (snapshot === undefined || schema === undefined)
    throw new HeadgateError(
      'no-such-plan-task',
      `Snapshot ${snapshotId} of the plan was removed from the table. Plan the scan again.`,
    )
  return {
    definition,
    snapshots: after === null ? [snapshot] : appendedSnapshots(metadata, snapshot, after),
    schema,
    filter: bindExpression(schema, definition.filter, { caseSensitive }),
    specs: metadata['partition-specs'],
    schemas: [schema, ...metadata.schemas.toReversed().filter((each) => each !== schema)],
  }
}

/** Returns the snapshots after `after`, up to `last`, that only added files. Others, such as deletes, are left out. */
function appendedSnapshots(metadata: TableMetadata, last: Snapshot, after: Int64): readonly Snapshot[] {
  const byId = new Map(metadata.snapshots.map((snapshot) => [snapshot['snapshot-id'], snapshot]))
  const appended: Snapshot[] = []
  let next: Snapshot | undefined = last
  for (let steps = byId.size; next !== undefined && steps >= 0; steps -= 1) {
    if (next['snapshot-id'] === after) return appended
    if (next.summary?.['operation'] === 'append') appended.push(next)
    const parent: Int64 | undefined = next['parent-snapshot-id']
    if (parent === after) return appended
    next = parent === undefined ? undefined : byId.get(parent)
  }
  throw new HeadgateError(
    'bad-request',
    `Snapshot ${after} is not an ancestor of snapshot ${last['snapshot-id']}. An incremental scan needs two snapshots of one branch.`,
  )
}

function findSnapshot(metadata: TableMetadata, id: Int64): Snapshot | undefined {
  return metadata.snapshots.find((snapshot) => snapshot['snapshot-id'] === id)
}

function findSchema(metadata: TableMetadata, id: number): Schema {
  const schema = metadata.schemas.find((each) => each['schema-id'] === id)
  if (schema === undefined) throw new HeadgateError('damaged-metadata', `The table has no schema ${id}.`)
  return schema
}
