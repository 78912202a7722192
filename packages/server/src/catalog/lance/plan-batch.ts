import { HeadgateError } from '@headgate/errors'
import { formatIdentifier } from '@headgate/iceberg/rest'
import type { Decision } from '../../access/decision.ts'
import { findLanceProperties, type LanceProperties } from '../../store/lance-tables.ts'
import type { ChangedObject, CommitContext } from '../commit/commit-context.ts'
import type { CommitDeps } from '../commit/deps.ts'
import { protectedError } from '../existing.ts'
import { findRelation } from '../find-relation.ts'
import type { RelationRef, Target } from '../target.ts'
import { type Declaration, type DeclaredTable, planDeclaration } from './declare-table.ts'
import { versionDetail } from './create-version.ts'
import type { FoundManifest } from './find-manifest.ts'
import { type LancePlan, planLanceTable } from './plan-lance-table.ts'
import { planDeletion, type VersionRange } from './plan-deletion.ts'
import {
  type PlannedVersion,
  planVersion,
  type RepeatedVersion,
  type VersionRequest,
  conflict,
} from './plan-version.ts'

/** Operation of a batch on one table. */
export type BatchOperation = { readonly ref: RelationRef } & (
  | { readonly type: 'create-version'; readonly request: VersionRequest }
  | {
      readonly type: 'delete-versions'
      /** Null: the main branch. */
      readonly branch: string | null
      readonly ranges: readonly VersionRange[]
    }
  | {
      readonly type: 'declare'
      readonly declaration: Declaration
      /** Whether the response contains storage options. Undefined: the request does not tell. */
      readonly vends: boolean | undefined
    }
  | { readonly type: 'deregister' }
)

interface Planned {
  readonly decision: Decision
  readonly object: ChangedObject
  /** Detail of the audit event of the operation. */
  readonly detail: Readonly<Record<string, unknown>>
}

/** Operation of a batch that the caller is authorized to execute. Nothing has been written for it. */
export type BatchPlan = Planned &
  (
    | { readonly type: 'create-version'; readonly target: Target; readonly planned: PlannedVersion }
    | { readonly type: 'repeated'; readonly target: Target; readonly repeated: RepeatedVersion }
    | {
        readonly type: 'delete-versions'
        readonly target: Target
        readonly branch: string | null
        readonly versions: readonly FoundManifest[]
      }
    | {
        readonly type: 'declare'
        readonly operation: BatchOperation
        readonly table: DeclaredTable
        readonly row: LancePlan
      }
    | { readonly type: 'deregister'; readonly target: Target; readonly properties: LanceProperties }
  )

/** Authorizes and plans one operation of a batch. */
export async function planOperation(
  deps: CommitDeps,
  context: CommitContext,
  operation: BatchOperation,
  signal: AbortSignal,
): Promise<BatchPlan> {
  const { ref } = operation
  const object = `${ref.warehouse.name}:${formatIdentifier(ref.identifier)}`
  if (operation.type === 'declare') {
    const table = await planDeclaration(deps, context, ref, operation.declaration)
    const { name, rights, decision, id } = table
    const row = planLanceTable(name, table, rights)
    const securable = { kind: 'relation', id } as const
    return {
      type: 'declare',
      operation,
      table,
      row,
      decision,
      object: { object, securable },
      detail: { declared: true },
    }
  }
  const privilege = operation.type === 'deregister' ? 'manage' : 'modify'
  const found = await findRelation(deps, context, ref, 'lance-table', privilege, 'none')
  const { found: target, decision } = found
  const securable = { kind: 'relation', id: target.relation.id } as const
  const planned = { target, decision, object: { object, securable } }
  switch (operation.type) {
    case 'create-version': {
      const plan = await planVersion(deps, target, operation.request, signal)
      const detail = versionDetail(operation.request)
      if (plan.type === 'repeated') return { type: 'repeated', repeated: plan.repeated, ...planned, detail }
      const { version, exists } = plan.planned
      // An abort of the batch removes all manifests of its versions. The manifest of this version must therefore not
      // exist yet, because the abort would delete the commit of another client.
      if (exists) throw conflict(target, version, 'another client has committed this version')
      return { type: 'create-version', planned: plan.planned, ...planned, detail }
    }
    case 'delete-versions': {
      const { branch, ranges } = operation
      const versions = await planDeletion(deps, target, branch, ranges, signal)
      return {
        type: 'delete-versions',
        branch,
        versions,
        ...planned,
        detail: { deletedVersions: versions.length },
      }
    }
    case 'deregister':
      break
  }
  if (target.relation.protected) throw protectedError(`Lance table ${formatIdentifier(ref.identifier)}`)
  const properties = await findLanceProperties(deps.sql, target.relation.id)
  return { type: 'deregister', properties, ...planned, detail: { deregistered: true } }
}

/**
 * Checks that no operation depends on another one of the batch.
 *
 * @throws HeadgateError `bad-request`
 */
export function checkDistinct(plans: readonly BatchPlan[]): void {
  const removed = new Set(
    plans.flatMap((plan) => (plan.type === 'deregister' ? [plan.target.relation.id] : [])),
  )
  const seen = new Set<string>()
  for (const plan of plans) {
    const key = keyOf(plan)
    const isRemoved =
      plan.type !== 'declare' && plan.type !== 'deregister' && removed.has(plan.target.relation.id)
    if (!seen.has(key) && !isRemoved) {
      seen.add(key)
      continue
    }
    throw new HeadgateError(
      'bad-request',
      `The batch contains several operations on ${plan.object.object} that depend on each other. Send them in separate requests.`,
    )
  }
}

function keyOf(plan: BatchPlan): string {
  switch (plan.type) {
    case 'declare':
      return `declare ${plan.object.object}`
    case 'deregister':
      return `deregister ${plan.target.relation.id}`
    case 'repeated':
      return `create-version ${plan.target.relation.id} repeated ${JSON.stringify(plan.detail)}`
    case 'create-version':
      return `create-version ${plan.target.relation.id} ${plan.planned.branch ?? ''}`
    case 'delete-versions':
      break
  }
  return `delete-versions ${plan.target.relation.id} ${plan.branch ?? ''}`
}
