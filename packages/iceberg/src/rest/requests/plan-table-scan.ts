import type { Int64, Json } from '@headgate/json'
import {
  decodeBoolean,
  decodeInt64,
  decodeObject,
  decodeString,
  decodeStrings,
  invalidField,
  optional,
  required,
} from '../../fields.ts'

/** Body of `planTableScan`. */
export interface PlanTableScanRequest {
  /** Snapshot to scan. Null: the current snapshot, or the snapshots of `incremental`. */
  readonly snapshotId: Int64 | null
  /** Snapshots whose added files are scanned: after `from`, up to `to`. */
  readonly incremental: { readonly from: Int64; readonly to: Int64 } | null
  /** Filter, which is decoded with the schema of the scan. */
  readonly filter: Json
  readonly caseSensitive: boolean
  /** Whether the scan uses the schema of its snapshot instead of the current schema of the table. */
  readonly useSnapshotSchema: boolean
  /** Names of the columns whose statistics the response contains. */
  readonly statsFields: readonly string[]
}

/**
 * Decodes the body of `planTableScan`. `select` and `min-rows-requested` change nothing in the response, so only their
 * types are checked.
 *
 * @example
 * ```ts
 * const { caseSensitive } = decodePlanTableScanRequest({ filter: { type: 'eq', term: 'id', value: 5 } })
 * ```
 */
export function decodePlanTableScanRequest(value: Json): PlanTableScanRequest {
  const body = decodeObject(value)
  const snapshotId = optional(body, 'snapshot-id', decodeInt64) ?? null
  const from = optional(body, 'start-snapshot-id', decodeInt64)
  const to = optional(body, 'end-snapshot-id', decodeInt64)
  optional(body, 'select', decodeStrings)
  optional(body, 'min-rows-requested', decodeInt64)
  if (snapshotId !== null && (from !== undefined || to !== undefined))
    throw invalidField('snapshot-id cannot be combined with start-snapshot-id and end-snapshot-id')
  if ((from === undefined) !== (to === undefined))
    throw invalidField('an incremental scan needs start-snapshot-id and end-snapshot-id')
  return {
    snapshotId,
    incremental: from === undefined || to === undefined ? null : { from, to },
    filter: body['filter'] ?? true,
    caseSensitive: optional(body, 'case-sensitive', decodeBoolean) ?? true,
    useSnapshotSchema: optional(body, 'use-snapshot-schema', decodeBoolean) ?? false,
    statsFields: optional(body, 'stats-fields', decodeStrings) ?? [],
  }
}

/**
 * Decodes the body of `fetchScanTasks`. Returns the plan task.
 *
 * @example
 * ```ts
 * const planTask = decodeFetchScanTasksRequest({ 'plan-task': 'opaque' })
 * ```
 */
export function decodeFetchScanTasksRequest(value: Json): string {
  return required(decodeObject(value), 'plan-task', decodeString)
}
