import { type LanceProperties, writeLanceProperties } from '../../store/lance-tables.ts'
import { forgetVersions } from '../../store/lance-versions.ts'
import type { CommitRecord } from '../../store/commit-record.ts'
import type { CommitDeps } from '../commit/deps.ts'
import { explainRefusal } from '../commit/explain-refusal.ts'
import { done, moved, type Outcome, settle } from '../commit/outcome.ts'
import { planId } from '../commit/plan.ts'
import { publish } from '../commit/publish.ts'
import type { LancePlan } from './plan-lance-table.ts'

/** Writes the row of a Lance table and its namespace-protocol properties in one transaction. */
export async function publishLanceTable(
  deps: CommitDeps,
  plan: LancePlan,
  properties: LanceProperties,
  record: CommitRecord,
): Promise<Outcome<void>> {
  const keepsProperties = plan.write.type === 'create' && Object.keys(properties).length === 0
  const outcome = await settle(async () => {
    const isWritten = await publish(
      deps,
      [plan],
      record,
      [],
      keepsProperties
        ? null
        : async (tx) => {
            await writeLanceProperties(tx, planId(plan), properties)
            if (plan.write.type === 'replace') await forgetVersions(tx, planId(plan))
          },
    )
    return isWritten ? done(undefined) : moved
  })
  return outcome.type === 'moved' || outcome.type === 'refused' ? explainRefusal(outcome, [plan]) : outcome
}
