import type { CatalogDeps } from '../deps.ts'
import type { RelationModel } from '../relation-model.ts'
import { restore } from '../undrop.ts'
import { type CommitContext, toCommitRecord } from './commit-context.ts'
import { commitPlan } from './commit-plans.ts'
import { mapDone, type Outcome } from './outcome.ts'
import { type DecodedMetadata, type Plan, planId } from './plan.ts'
import { planCreate } from './plan-create.ts'
import type { Registration } from './plan-registration.ts'
import { planRepoint } from './plan-repoint.ts'

/** Commits the registration of an existing metadata file. Returns the id of the registered relation. */
export async function commitRegistration<Metadata>(
  deps: CatalogDeps,
  context: CommitContext,
  model: RelationModel<Metadata, never, never>,
  decoded: DecodedMetadata<Metadata>,
  registration: Registration<Metadata>,
): Promise<Outcome<string>> {
  const { decision } = registration
  if (registration.type === 'restore') {
    const { dropped, name } = registration
    const { id } = dropped.row
    const record = toCommitRecord(context, decision, { relationId: id })
    return await mapDone(await restore(deps.sql, dropped, name, record), () => id)
  }
  const plan = await toPlan(deps, model, registration)
  const relationId = planId(plan)
  const record = toCommitRecord(context, decision, { relationId })
  return await mapDone(await commitPlan(deps, decoded, plan, record), () => relationId)
}

async function toPlan<Metadata>(
  deps: CatalogDeps,
  model: RelationModel<Metadata, never, never>,
  registration: Exclude<Registration<Metadata>, { type: 'restore' }>,
): Promise<Plan<Metadata>> {
  return registration.type === 'create'
    ? await planCreate(deps, model, registration.creation)
    : planRepoint(model, registration.repointing)
}
