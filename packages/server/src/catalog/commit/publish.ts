import { lockLocations } from '../../store/location-claims.ts'
import {
  confirmRelation,
  insertRelation,
  lockRelations,
  replacePrefixes,
  replaceRelation,
  type RowVersion,
} from '../../store/relation-writes.ts'
import { writeRecord, type CommitRecord } from '../../store/commit-record.ts'
import { lockPolicy } from '../../store/policies.ts'
import type { Queryable } from '../../store/sql.ts'
import { tryTransaction } from '../../store/try-transaction.ts'
import { confirmChosenPlaces } from '../chosen-places.ts'
import type { CatalogDeps } from '../deps.ts'
import { type Plan, planId } from './plan.ts'
import type { WrittenPlan } from './write.ts'

type PublishDeps = Pick<CatalogDeps, 'sql' | 'groupCommit'>
/**
 * Members of a plan that the written rows depend on. A plan for a Lance table has only these members, because
 * it has no metadata file.
 */
export type PublishedPlan = Pick<
  WrittenPlan<unknown>,
  'warehouse' | 'write' | 'textColumns' | 'recorded' | 'chosen'
>

/**
 * Writes the rows of all plans in one transaction, together with the audit events and the result for the
 * idempotency key. Writes the row of each relation with a compare-and-swap.
 *
 * @param unchanged versions of rows that the change depends on but does not change
 * @param writeMore writes further rows in the same transaction
 * @returns false, without any change, when a row or the policy changed after the plans were computed
 */
export async function publish(
  deps: PublishDeps,
  plans: readonly PublishedPlan[],
  record: CommitRecord,
  unchanged: readonly RowVersion[],
  writeMore: ((tx: Queryable) => Promise<void>) | null = null,
): Promise<boolean> {
  const [only, ...others] = plans
  const isSingle = others.length === 0 && unchanged.length === 0 && writeMore === null
  if (only !== undefined && isSingle && isSingleStatement(only))
    return await publishSingle(deps, only, record)
  // From here on, the request can no longer be cancelled. `writeRecord` calls `onSend` again, which then has
  // no effect.
  record.onSend?.()
  return await tryTransaction(deps.sql, (tx) => publishTogether(tx, plans, record, unchanged, writeMore))
}

function isSingleStatement({ chosen, recorded }: PublishedPlan): boolean {
  return chosen === null && recorded === null
}

/**
 * Writes the row of a single plan with one statement. Concurrent requests that replace rows share a
 * statement.
 */
function publishSingle(
  { sql, groupCommit }: PublishDeps,
  plan: PublishedPlan,
  record: CommitRecord,
): Promise<boolean> {
  const { write, textColumns } = plan
  return write.type === 'replace'
    ? groupCommit.replace({ ...write.replacement, ...textColumns }, record)
    : writeRow(sql, plan, record)
}

async function publishTogether(
  tx: Queryable,
  plans: readonly PublishedPlan[],
  record: CommitRecord,
  unchanged: readonly RowVersion[],
  writeMore: ((tx: Queryable) => Promise<void>) | null,
): Promise<boolean> {
  const { policyVersion } = record
  const replaced = plans.flatMap(({ write }) =>
    write.type === 'replace' ? [write.replacement.rowVersion] : [],
  )
  const ids = [...replaced, ...unchanged].map(({ id }) => id)
  if (ids.length > 0) await lockRelations(tx, ids)
  for (const rowVersion of unchanged) {
    if (!(await confirmRelation(tx, rowVersion, policyVersion))) return false
  }
  // `writeRecord` writes the audit events and the outcome for the idempotency key, once for all plans, so the
  // statements of the single plans do not write them.
  const onlyPolicyVersion = { policyVersion, audit: [], idempotency: null }
  // Every transaction inserts new names in the same order, so that concurrent transactions do not deadlock.
  for (const plan of plans.toSorted((a, b) => compare(newName(a), newName(b)))) {
    if (!(await writeRow(tx, plan, onlyPolicyVersion))) return false
  }
  await writeMore?.(tx)
  if (plans.some(({ chosen }) => chosen !== null)) await lockLocations(tx)
  for (const plan of plans) if (!(await claimLocations(tx, plan))) return false
  await writeRecord(tx, record)
  // The last statement locks the policy, so that no revocation is acknowledged between it and the commit.
  return await lockPolicy(tx, policyVersion)
}

function newName({ write }: Pick<Plan<unknown>, 'write'>): string {
  return write.type === 'create' ? `${write.relation.namespaceId} ${write.relation.name}` : ''
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

function writeRow(
  sql: Queryable,
  { write, textColumns }: PublishedPlan,
  record: CommitRecord,
): Promise<boolean> {
  return write.type === 'create'
    ? insertRelation(sql, { ...write.relation, ...textColumns }, record)
    : replaceRelation(sql, { ...write.replacement, ...textColumns }, record)
}

async function claimLocations(tx: Queryable, plan: PublishedPlan): Promise<boolean> {
  const { chosen, recorded, warehouse } = plan
  const id = planId(plan)
  if (chosen !== null) await confirmChosenPlaces(tx, warehouse, chosen, [id])
  return recorded === null || (await replacePrefixes(tx, { id, warehouseId: warehouse.id }, recorded))
}
