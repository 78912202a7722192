import type { Int64, Json } from '@headgate/json'
import { decodeObject, decodeString, optional, required, invalidField, isJsonObject } from '../../fields.ts'
import type { TableIdentifier } from '../../rest/identifier.ts'
import type { OperationId } from '../../rest/operations.ts'
import { call, delegationHeader, readAs } from '../call.ts'
import { decodeStorageCredentials, type StorageCredential } from '../credentials/storage-credential.ts'
import { placeOf } from '../place.ts'
import type { CallOptions, Delegation, Session } from '../session.ts'
import type { Expression } from './expression.ts'
import { planScan, type PlanScanOptions, type PlannedScan } from './planned-scan.ts'
import { readScanTasks, type ScanTasks } from './scan-tasks.ts'

/** What to read of a table (Iceberg REST specification, `PlanTableScanRequest`). */
export interface ScanRequest {
  /** Default: the current one. */
  readonly snapshotId?: Int64 | undefined
  /** Only what was added after this one … */
  readonly startSnapshotId?: Int64 | undefined
  /** … up to and with this one. */
  readonly endSnapshotId?: Int64 | undefined
  /** Names of columns, with dots between the levels of nested ones. Default: all. */
  readonly select?: readonly string[] | undefined
  readonly filter?: Expression | undefined
  /** A hint: more are not needed. */
  readonly minRowsRequested?: Int64 | undefined
  /** Default: true. */
  readonly caseSensitive?: boolean | undefined
  /** Whether columns are those of the snapshot, as for time travel. Default: false, those of the table. */
  readonly useSnapshotSchema?: boolean | undefined
  /** Columns whose statistics are wanted. */
  readonly statsFields?: readonly string[] | undefined
}

/** How a plan stands. */
export type ScanPlan =
  | (ScanTasks & {
      readonly status: 'completed'
      readonly planId: string | null
      /** For the files of this scan. Holds secrets. */
      readonly storageCredentials: readonly StorageCredential[]
    })
  | { readonly status: 'submitted' | 'cancelled'; readonly planId: string | null }
  | {
      readonly status: 'failed'
      readonly planId: string | null
      readonly error: { readonly message: string; readonly type: string | null }
    }

export interface ScanOperations {
  /** Lets the server plan a scan: the plan may be ready, or be made while you ask for it (`fetchPlanningResult`). */
  planTableScan(
    identifier: TableIdentifier,
    request?: ScanRequest,
    options?: CallOptions & Delegation,
  ): Promise<ScanPlan>
  /** How a plan stands that was not ready at once. */
  fetchPlanningResult(
    identifier: TableIdentifier,
    planId: string,
    options?: CallOptions & Delegation,
  ): Promise<ScanPlan>
  /** The server need not go on with a plan. */
  cancelPlanning(identifier: TableIdentifier, planId: string, options?: CallOptions): Promise<void>
  /** The files behind one plan task. */
  fetchScanTasks(identifier: TableIdentifier, planTask: string, options?: CallOptions): Promise<ScanTasks>
  /**
   * A scan that the server plans: waits for the plan, then gives its files as they are fetched. A plan that is not read
   * to its end is cancelled.
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
        ...placeOf(identifier),
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
      return readPlan('planTableScan', json)
    },

    async fetchPlanningResult(identifier, planId, { accessDelegation, ...options } = {}) {
      const headers = delegationHeader(session, { accessDelegation })
      const at = { ...options, ...placeOf(identifier), planId, headers }
      const plan = readPlan('fetchPlanningResult', (await call(session, 'fetchPlanningResult', at)).json)
      return { ...plan, planId: plan.planId ?? planId }
    },

    async cancelPlanning(identifier, planId, options = {}) {
      await call(session, 'cancelPlanning', { ...options, ...placeOf(identifier), planId })
    },

    async fetchScanTasks(identifier, planTask, options = {}) {
      const body = { 'plan-task': planTask }
      const { json } = await call(session, 'fetchScanTasks', { ...options, ...placeOf(identifier), body })
      return readAs('fetchScanTasks', json, (value) => readScanTasks(decodeObject(value)))
    },
  }
  return {
    ...operations,
    planScan: (identifier, request, options) =>
      planScan(operations, session.clock, identifier, request, options),
  }
}

function readPlan(id: OperationId, json: Json): ScanPlan {
  return readAs(id, json, (value): ScanPlan => {
    const body = decodeObject(value)
    const status = required(body, 'status', decodeString)
    const planId = optional(body, 'plan-id', decodeString) ?? null
    switch (status) {
      case 'submitted':
        if (id === 'planTableScan' && planId === null)
          throw invalidField('a plan was submitted, but has no plan-id')
        return { status, planId }
      case 'cancelled':
        return { status, planId }
      case 'failed': {
        const error = isJsonObject(body['error']) ? body['error'] : {}
        const message = optional(error, 'message', decodeString) ?? 'the server did not say why'
        return {
          status,
          planId,
          error: { message: message.slice(0, 2_000), type: optional(error, 'type', decodeString) ?? null },
        }
      }
      case 'completed': {
        const storageCredentials = optional(body, 'storage-credentials', decodeStorageCredentials) ?? []
        return { status, planId, storageCredentials, ...readScanTasks(body) }
      }
      default:
        throw invalidField(`unknown status ${JSON.stringify(status)}`)
    }
  })
}
