import { formatIdentifier, type TableChange } from '@headgate/iceberg/rest'
import type { TableMetadata } from '@headgate/iceberg/metadata'
import type { Decision } from '../../access/decision.ts'
import type { RowVersion } from '../../store/relation-writes.ts'
import { commonPolicyVersion } from '../authorized.ts'
import { authorizeCreate } from '../find-name.ts'
import { authorizeRelation, type LookedUp, lookUp } from '../find-relation.ts'
import { tableModel } from '../relation-model.ts'
import { toRowVersion } from '../target.ts'
import type { Warehouse } from '../warehouses.ts'
import { type ChangedObject, type CommitContext, toCommitRecord } from './commit-context.ts'
import { commitPlans } from './commit-plans.ts'
import { createsTable } from './commit-table.ts'
import type { CommitDeps } from './deps.ts'
import { mapDone, moved, type Outcome } from './outcome.ts'
import { type Plan, planId } from './plan.ts'
import { planCreateByCommit } from './plan-create-by-commit.ts'
import { planUpdates } from './plan-updates.ts'

/** Planned change of one table in a transaction that changes several tables. */
interface TablePlan {
  /**
   * Plan of the change. Null when the table does not change. The transaction then only checks that the row of
   * the table still has the version in `unchanged`.
   */
  readonly plan: Plan<TableMetadata> | null
  readonly unchanged: RowVersion | null
  readonly decision: Decision
  readonly object: ChangedObject
}

/** Commits changes of several tables in one transaction. The transaction may also create staged tables. */
export async function commitTables(
  deps: CommitDeps,
  context: CommitContext,
  warehouse: Warehouse,
  tableChanges: readonly TableChange[],
): Promise<Outcome<void>> {
  const lookedUp = await Promise.all(
    tableChanges.map(async (change) => {
      const ref = { warehouse, identifier: change.identifier }
      return { change, at: await lookUp(deps, ref, createsTable(change) ? 'none' : 'all') }
    }),
  )
  const tables: TablePlan[] = []
  for (const { change, at } of lookedUp) tables.push(await planTable(deps, context, at, change))
  const [first, ...others] = tables.map(({ decision }) => decision)
  const policyVersion = first === undefined ? context.policy.version : commonPolicyVersion(first, ...others)
  if (policyVersion === null) return moved
  const names = tableChanges.map(({ identifier }) => formatIdentifier(identifier))
  context.audit.object = `${warehouse.name}:${names.join(', ')}`
  const record = toCommitRecord(
    context,
    { privilege: 'modify', policyVersion },
    { relationId: null },
    tables.map(({ object }) => object),
  )
  const plans = tables.map(({ plan }) => plan).filter((plan) => plan !== null)
  const unchanged = tables.map((table) => table.unchanged).filter((rowVersion) => rowVersion !== null)
  return await mapDone(await commitPlans(deps, deps.decodedTables, plans, record, unchanged), () => undefined)
}

async function planTable(
  deps: CommitDeps,
  context: CommitContext,
  at: LookedUp,
  change: TableChange,
): Promise<TablePlan> {
  const object = `${at.warehouse.name}:${formatIdentifier(change.identifier)}`
  if (createsTable(change)) {
    const { found: name, decision, policy } = await authorizeCreate(deps, context, at)
    const ownerId = context.identity.principal.id
    const plan = await planCreateByCommit(deps, name, { ...change, policy, ownerId })
    return {
      plan,
      unchanged: null,
      decision,
      object: { object, securable: { kind: 'relation', id: planId(plan) } },
    }
  }
  const { found, decision, policy } = await authorizeRelation(deps, context, at, 'table', 'modify')
  const request = { ...change, policy, definerId: null }
  const plan = await planUpdates(deps, tableModel, deps.decodedTables, found, request)
  return {
    plan,
    unchanged: plan === null ? toRowVersion(found) : null,
    decision,
    object: { object, securable: { kind: 'relation', id: found.relation.id } },
  }
}
