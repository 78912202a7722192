import type { CommitRecord } from '../../store/commit-record.ts'
import { toMetadataKey } from '../../store/relations.ts'
import type { CatalogDeps } from '../deps.ts'
import { digestOfText } from '../metadata-digest.ts'
import { resolve } from '../resolve.ts'
import type { RelationModel } from '../relation-model.ts'
import { toRowVersion, type Target } from '../target.ts'
import { commitPlan, commitPlans } from './commit-plans.ts'
import type { ReplacedRelation } from './committed-relation.ts'
import { done, mapDone, type Outcome } from './outcome.ts'
import type { DecodedMetadata, Plan } from './plan.ts'
import { planUpdates, type UpdatesRequest } from './plan-updates.ts'

/**
 * Commits updates to one relation. If the updates change nothing, writes only the audit event and the result
 * for the idempotency key.
 *
 * @throws HeadgateError of `planUpdates`
 */
export async function commitUpdates<Metadata, Update, Requirement>(
  deps: CatalogDeps,
  model: RelationModel<Metadata, Update, Requirement>,
  decoded: DecodedMetadata<Metadata>,
  target: Target,
  request: UpdatesRequest<Update, Requirement>,
  record: CommitRecord,
): Promise<Outcome<ReplacedRelation>> {
  const plan = await planUpdates(deps, model, decoded, target, request)
  if (plan === null) return await commitNothing(deps, decoded, target, record)
  const outcome = await commitPlan(deps, decoded, plan, record)
  switch (outcome.type) {
    case 'done':
      return done(toReplaced(target, plan, outcome.value.textColumns.digest))
    case 'unknown':
      if (!(await isPublished(deps, plan))) return outcome
      record.onCommit?.()
      return done(toReplaced(target, plan, await digestOfText(plan.file.text.whole)))
    default:
      return outcome
  }
}

/**
 * Writes the record of a commit whose updates change nothing. Checks that the relation still has the version
 * that was read, because the updates might change a newer version.
 */
async function commitNothing<Metadata>(
  deps: CatalogDeps,
  decoded: DecodedMetadata<Metadata>,
  target: Target,
  record: CommitRecord,
): Promise<Outcome<ReplacedRelation>> {
  const { relation } = target
  const text = await deps.metadataTexts.plain(target, relation, 'all')
  const { metadataLocation } = relation
  const metadataKey = toMetadataKey(relation)
  return await mapDone(await commitPlans(deps, decoded, [], record, [toRowVersion(target)]), () => ({
    metadataLocation,
    metadataKey,
    text,
    relation: { ...relation, body: null },
  }))
}

function toReplaced(
  target: Target,
  { file, write, recorded }: Plan<unknown>,
  digest: string | null,
): ReplacedRelation {
  const { location: metadataLocation, text } = file
  const relation = {
    ...target.relation,
    version: target.relation.version + 1,
    metadataLocation,
    digest,
    location: write.type === 'replace' ? write.replacement.location : target.relation.location,
    prefixes: recorded?.locations.join('\n') ?? target.relation.prefixes,
    body: null,
  }
  return { metadataLocation, metadataKey: toMetadataKey(relation), text: text.whole, relation }
}

/**
 * Returns whether the row of the relation references the metadata file of the plan, which means that the
 * commit succeeded. Called when the response of the database was lost. Returns false when the row cannot be
 * read; the outcome then remains unknown.
 */
async function isPublished(
  { sql }: CatalogDeps,
  { warehouse, identifier, file }: Plan<unknown>,
): Promise<boolean> {
  try {
    const { relation } = await resolve(sql, warehouse.id, identifier)
    return relation?.metadataLocation === file.location
  } catch {
    return false
  }
}
