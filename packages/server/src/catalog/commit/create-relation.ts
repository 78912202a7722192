import type { Decision } from '../../access/decision.ts'
import type { CatalogDeps } from '../deps.ts'
import type { RelationModel } from '../relation-model.ts'
import { type CommitContext, toCommitRecord } from './commit-context.ts'
import { commitPlan } from './commit-plans.ts'
import { type CommittedRelation, toCommittedRelation } from './committed-relation.ts'
import { mapDone, type Outcome } from './outcome.ts'
import type { DecodedMetadata } from './plan.ts'
import { type Creation, planCreate } from './plan-create.ts'

/** Creates a relation for a caller that is already authorized to create it. */
export async function createRelation<Metadata>(
  deps: CatalogDeps,
  context: CommitContext,
  model: RelationModel<Metadata, never, never>,
  decoded: DecodedMetadata<Metadata>,
  creation: Creation<Metadata>,
  decision: Decision,
): Promise<Outcome<CommittedRelation>> {
  const plan = await planCreate(deps, model, creation)
  const record = toCommitRecord(context, decision, { relationId: creation.id })
  return await mapDone(await commitPlan(deps, decoded, plan, record), toCommittedRelation)
}
