import type { Int64, Json } from '@headgate/json'
import { decodeObject, decodeString, optional, required, invalidField, isJsonObject } from '../../fields.ts'
import type { TableIdentifier } from '../../rest/identifier.ts'
import type { OperationId } from '../../rest/operations.ts'
import { call, delegationHeader, decodeResponse } from '../call.ts'
import { decodeStorageCredentials, type StorageCredential } from '../credentials/storage-credential.ts'
import { toTableParams } from '../identifiers.ts'
import type { CallOptions, Delegation, Session } from '../session.ts'
import type { Expression } from './expression.ts'
import { planScan, type PlanScanOptions, type PlannedScan } from './planned-scan.ts'
import { decodeScanTasks, type ScanTasks } from './scan-tasks.ts'

/** Snapshot, columns and rows to read from a table (Iceberg REST specification, `PlanTableScanRequest`). */
export interface ScanRequest {
  /** Snapshot to read. Default: the current snapshot. */
  readonly snapshotId?: Int64 | undefined
  /** Start of an incremental scan. The scan reads the snapshots after this snapshot. */
  readonly startSnapshotId?: Int64 | undefined
  /** Last snapshot that an incremental scan reads. */
  readonly endSnapshotId?: Int64 | undefined
  /** Names of columns. A dot separates the levels of nested columns. Default: all. */
  readonly select?: readonly string[] | undefined
  readonly filter?: Expression | undefined
  /** Number of rows that the caller needs. This is a hint that allows the server to plan fewer files. */
  readonly minRowsRequested?: Int64 | undefined
  /** Whether column names in `select` and `filter` are case sensitive. Default: true. */
  readonly caseSensitive?: boolean | undefined
  /** Whether the scan uses the schema of the snapshot, as for time travel, instead of the schema of the table. Default: false. */
  readonly useSnapshotSchema?: boolean | undefined
  /** Columns whose statistics the response must contain. */
  readonly statsFields?: readonly string[] | undefined
}

/** State of a scan plan on the server. */
export type ScanPlan =
  | (ScanTasks & {
      readonly status: 'completed'
      readonly planId: string | null
      /** Credentials for the files of this scan. Contains secrets. */
      readonly storageCredentials: readonly StorageCredential[]
    })
  | { readonly status: 'submitted' | 'cancelled'; readonly planId: string | null }
  | {
      readonly status: 'failed'
      readonly planId: string | null
      readonly error: { readonly message: string; readonly type: string | null }
    }

export interface ScanOperations {
  /** Requests a plan of a scan. If its status is `submitted`, call `fetchPlanningResult` until it is complete. */
  planTableScan(
    identifier: TableIdentifier,
    request?: ScanRequest,
    options?: CallOptions & Delegation,
  ): Promise<ScanPlan>
  /** Returns the state of a scan plan that the server has not completed yet. */
  fetchPlanningResult(
    identifier: TableIdentifier,
    planId: string,
    options?: CallOptions & Delegation,
  ): Promise<ScanPlan>
  /** Cancels a scan plan on the server. */
  cancelPlanning(identifier: TableIdentifier, planId: string, options?: CallOptions): Promise<void>
  /** Returns the scan tasks of one plan task, which is a part of a scan plan. */
  fetchScanTasks(identifier: TableIdentifier, planTask: string, options?: CallOptions): Promise<ScanTasks>
  /**
   * Requests a plan of a scan and waits until it is complete. Iterating over the result fetches the files. If the iteration
   * ends early, the plan is cancelled.
   *
   * @example
   * ```ts
   * const scan = await catalog.planScan(orders, { filter: { type: 'eq', term: 'id', value: 7 } })
   * for await (const { dataFile, deleteFiles } of scan) console.log(dataFile['file-path'], deleteFiles.length)
   * ```
   */
  planScan(
    identifier: TableIdentifier,
    request?: ScanRequest,
    options?: PlanScanOptions,
  ): Promise<PlannedScan>
}

export function scanOperations(session: Session): ScanOperations {
  const operations: Omit<ScanOperations, 'planScan'> = {
    async planTableScan(identifier, request = {}, { accessDelegation, ...options } = {}) {
      const { json } = await call(session, 'planTableScan', {
        ...options,
        ...toTableParams(identifier),
        headers: delegationHeader(session, { accessDelegation }),
        body: {
          'snapshot-id': request.snapshotId,
          'start-snapshot-id': request.startSnapshotId,
          'end-snapshot-id': request.endSnapshotId,
          select: request.select,
          filter: request.filter,
          'min-rows-requested': request.minRowsRequested,
          'case-sensitive': request.caseSensitive,
          'use-snapshot-schema': request.useSnapshotSchema,
          'stats-fields': request.statsFields,
        },
      })
      return decodePlan('planTableScan', json)
    },

    async fetchPlanningResult(identifier, planId, { accessDelegation, ...options } = {}) {
      const headers = delegationHeader(session, { accessDelegation })
      const params = { ...options, ...toTableParams(identifier), planId, headers }
      const plan = decodePlan(
        'fetchPlanningResult',
        (await call(session, 'fetchPlanningResult', params)).json,
      )
      return { ...plan, planId: plan.planId ?? planId }
    },

    async cancelPlanning(identifier, planId, options = {}) {
      await call(session, 'cancelPlanning', { ...options, ...toTableParams(identifier), planId })
    },

    async fetchScanTasks(identifier, planTask, options = {}) {
      const body = { 'plan-task': planTask }
      const { json } = await call(session, 'fetchScanTasks', {
        ...options,
        ...toTableParams(identifier),
        body,
      })
      return decodeResponse('fetchScanTasks', json, (value) => decodeScanTasks(decodeObject(value)))
    },
  }
  return {
    ...operations,
    planScan: (identifier, request, options) => planScan(operations, session, identifier, request, options),
  }
}

function decodePlan(id: OperationId, json: Json): ScanPlan {
  return decodeResponse(id, json, (value): ScanPlan => {
    const body = decodeObject(value)
    const status = required(body, 'status', decodeString)
    const planId = optional(body, 'plan-id', decodeString) ?? null
    switch (status) {
      case 'submitted':
        if (id === 'planTableScan' && planId === null)
          throw invalidField('a plan with the status submitted has no plan-id')
        return { status, planId }
      case 'cancelled':
        return { status, planId }
      case 'failed': {
        const error = isJsonObject(body['error']) ? body['error'] : {}
        const message =
          optional(error, 'message', decodeString) ??
          'The server could not plan the scan and sent no error message'
        return {
          status,
          planId,
          error: { message: message.slice(0, 2_000), type: optional(error, 'type', decodeString) ?? null },
        }
      }
      case 'completed': {
        const storageCredentials = optional(body, 'storage-credentials', decodeStorageCredentials) ?? []
        return { status, planId, storageCredentials, ...decodeScanTasks(body) }
      }
      default:
        throw invalidField(`unknown status ${JSON.stringify(status)}`)
    }
  })
}
