import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { commitBatch as commitReserved, markDeletedVersions } from '../../store/lance-versions.ts'
import { writeLanceProperties } from '../../store/lance-tables.ts'
import type { CommitRecord } from '../../store/commit-record.ts'
import { deleteRelation } from '../../store/relation-moves.ts'
import type { Queryable } from '../../store/sql.ts'
import { commonPolicyVersion } from '../authorized.ts'
import { checkChosenPlaces } from '../chosen-places.ts'
import { type CommitContext, toCommitContext, toCommitRecord } from '../commit/commit-context.ts'
import type { CommitDeps } from '../commit/deps.ts'
import { explainRefusal } from '../commit/explain-refusal.ts'
import { done, moved, type Outcome, settle } from '../commit/outcome.ts'
import { publish } from '../commit/publish.ts'
import { retryMoved } from '../commit/retry-moved.ts'
import { toRowVersion } from '../target.ts'
import type { Warehouse } from '../warehouses.ts'
import { abortReserved, type ReservedVersion, reserveAll } from './reserve-versions.ts'
import { type BatchOperation, type BatchPlan, checkDistinct, planOperation } from './plan-batch.ts'
import type { DeclaredTable } from './declare-table.ts'
import { deleteStaged, publishManifest } from './publish-manifest.ts'
import type { CommittedVersion, VersionCall } from './create-version.ts'
import type { FoundManifest } from './find-manifest.ts'
import { removeHidden } from './settle-versions.ts'

/** Result of one operation of a batch, in the order of the request. */
export type BatchResult<Prepared> =
  | { readonly type: 'create-version'; readonly committed: CommittedVersion }
  | { readonly type: 'delete-versions'; readonly count: number }
  | { readonly type: 'declare'; readonly table: DeclaredTable; readonly prepared: Prepared }
  | {
      readonly type: 'deregister'
      readonly location: string
      readonly properties: Readonly<Record<string, string>>
    }

/**
 * Commits operations on several Lance tables of a warehouse: all of them, or none.
 *
 * The versions are reserved first, which hides them. Then their manifests are published, and one transaction shows the
 * versions and makes all other changes. A batch whose process is killed before this transaction is aborted after the time
 * of its reservation, and leaves nothing.
 *
 * @param prepare prepares a declared table before the transaction, so that a failure leaves no table
 * @throws HeadgateError of the operations
 */
export async function commitBatch<Prepared extends object>(
  deps: CommitDeps,
  call: VersionCall,
  warehouse: Warehouse,
  operations: readonly BatchOperation[],
  prepare: (operation: BatchOperation, table: DeclaredTable) => Promise<Prepared>,
): Promise<readonly BatchResult<Prepared>[]> {
  return await retryMoved(call, async () => {
    const context = toCommitContext(call, null)
    const plans: BatchPlan[] = []
    for (const operation of operations) plans.push(await planOperation(deps, context, operation, call.signal))
    checkDistinct(plans)
    const record = toBatchRecord(context, warehouse, plans)
    if (record === null) return moved
    const prepared = new Map<BatchPlan, Prepared>()
    for (const plan of plans)
      if (plan.type === 'declare') prepared.set(plan, await prepare(plan.operation, plan.table))
    return await commitPlans(deps, { warehouse, plans, record, context, signal: call.signal }, prepared)
  })
}

interface Batch {
  readonly warehouse: Warehouse
  readonly plans: readonly BatchPlan[]
  readonly record: CommitRecord
  readonly context: CommitContext
  readonly signal: AbortSignal
}

async function commitPlans<Prepared extends object>(
  deps: CommitDeps,
  { warehouse, plans, record, context, signal }: Batch,
  prepared: ReadonlyMap<BatchPlan, Prepared>,
): Promise<Outcome<readonly BatchResult<Prepared>[]>> {
  const batchId = randomUUID()
  const reserved = plans.flatMap((plan) => (plan.type === 'create-version' ? [plan] : []))
  if (!(await reserveAll(deps, reserved, { batchId, principalId: context.identity.principal.id })))
    return moved
  const published = new Map<ReservedVersion, FoundManifest>()
  const outcome = await settle(async () => {
    for (const version of reserved)
      published.set(version, await publishManifest(deps, version.target, version.planned, signal))
    return (await publishBatch(deps, plans, record, { batchId, count: reserved.length }))
      ? done(undefined)
      : moved
  })
  if (outcome.type === 'moved' || outcome.type === 'refused') {
    await abortReserved(deps, warehouse, batchId, reserved)
    const declared = plans.flatMap((plan) => (plan.type === 'declare' ? [plan.row] : []))
    return explainRefusal(outcome, declared)
  }
  if (outcome.type === 'unknown') return outcome
  await removeDeleted(deps, warehouse, plans)
  void deleteStaged(
    deps,
    { warehouse },
    reserved.map(({ planned }) => planned),
  )
  return done(plans.map((plan) => toResult(plan, published, prepared)))
}

/** Shows the reserved versions and makes all other changes of a batch in one transaction. */
async function publishBatch(
  deps: CommitDeps,
  plans: readonly BatchPlan[],
  record: CommitRecord,
  { batchId, count }: { readonly batchId: string; readonly count: number },
): Promise<boolean> {
  const declared = plans.flatMap((plan) => (plan.type === 'declare' ? [plan.row] : []))
  for (const { warehouse, chosen, write } of declared)
    if (chosen !== null && write.type === 'create')
      await checkChosenPlaces(deps.sql, warehouse, chosen, [write.relation.id])
  const unchanged = new Map(
    plans.flatMap((plan) =>
      plan.type === 'declare' ? [] : [[plan.target.relation.id, toRowVersion(plan.target)]],
    ),
  )
  return await publish(deps, declared, record, [...unchanged.values()], async (tx) => {
    if (count > 0 && (await commitReserved(tx, batchId)) !== count) throw expired()
    for (const plan of plans) await writePlan(tx, plan, record.policyVersion)
  })
}

async function writePlan(tx: Queryable, plan: BatchPlan, policyVersion: number): Promise<void> {
  switch (plan.type) {
    case 'declare':
      if (Object.keys(plan.table.properties).length > 0)
        await writeLanceProperties(tx, plan.table.id, plan.table.properties)
      break
    case 'delete-versions':
      await markDeletedVersions(
        tx,
        { relationId: plan.target.relation.id, branch: plan.branch ?? '' },
        plan.versions,
      )
      break
    case 'deregister':
      if (
        !(await deleteRelation(tx, toRowVersion(plan.target), {
          policyVersion,
          audit: [],
          idempotency: null,
        }))
      )
        throw expired()
      break
    default:
  }
}

function expired(): HeadgateError {
  return new HeadgateError(
    'commit-failed',
    'The batch was not committed, because it took too long, or another request changed one of its tables. Send it again.',
  )
}

/** Removes the manifests of deleted versions. Versions that remain after a failure are hidden, and removed later. */
async function removeDeleted(
  deps: CommitDeps,
  { storage, name }: Warehouse,
  plans: readonly BatchPlan[],
): Promise<void> {
  const versions = plans.flatMap((plan) =>
    plan.type === 'delete-versions'
      ? plan.versions.map(({ version, location }) => ({
          relationId: plan.target.relation.id,
          branch: plan.branch ?? '',
          version,
          state: 'deleted' as const,
          manifest: location,
          digest: null,
          batchId: null,
          isExpired: false,
          age: 0,
        }))
      : [],
  )
  try {
    await removeHidden(deps, storage, versions, AbortSignal.timeout(60_000))
  } catch (err) {
    deps.log.warn({ err, warehouse: name }, 'manifests of deleted versions were not removed yet')
  }
}

/** Returns the rows that the transaction writes in addition. Null: the operations were decided with several policies. */
function toBatchRecord(
  context: CommitContext,
  warehouse: Warehouse,
  plans: readonly BatchPlan[],
): CommitRecord | null {
  const [first, ...others] = plans.map(({ decision }) => decision)
  if (first === undefined) throw new HeadgateError('bad-request', 'The request contains no operations.')
  const policyVersion = commonPolicyVersion(first, ...others)
  if (policyVersion === null) return null
  context.audit.object = `${warehouse.name}:${plans.length} operations`
  const records = plans.map(({ decision, detail, object }) => {
    const audit = { ...context.audit, detail: { ...context.audit.detail, ...detail } }
    return toCommitRecord({ ...context, audit }, decision, { relationId: null }, [object])
  })
  const { onSend, onCommit } = context
  return {
    policyVersion,
    audit: records.flatMap(({ audit }) => audit),
    idempotency: null,
    onSend,
    onCommit,
  }
}

function toResult<Prepared extends object>(
  plan: BatchPlan,
  published: ReadonlyMap<ReservedVersion, FoundManifest>,
  prepared: ReadonlyMap<BatchPlan, Prepared>,
): BatchResult<Prepared> {
  switch (plan.type) {
    case 'repeated':
      return { type: 'create-version', committed: plan.repeated }
    case 'create-version':
      return {
        type: 'create-version',
        committed: {
          manifest: valueOf(published, plan),
          metadata: plan.planned.metadata,
        },
      }
    case 'delete-versions':
      return { type: 'delete-versions', count: plan.versions.length }
    case 'declare':
      return { type: 'declare', table: plan.table, prepared: valueOf(prepared, plan) }
    case 'deregister':
      break
  }
  return { type: 'deregister', location: plan.target.relation.location, properties: plan.properties }
}

function valueOf<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = map.get(key)
  if (value === undefined) throw new TypeError('An operation of the batch has no result.')
  return value
}
