import type { RowVersion } from '../../store/relation-writes.ts'
import { toMetadataKey } from '../../store/relations.ts'
import type { CommitRecord } from '../../store/commit-record.ts'
import type { CatalogDeps } from '../deps.ts'
import { checkChosen } from './check-chosen.ts'
import { explainRefusal } from './explain-refusal.ts'
import { done, mapDone, moved, type Outcome, settle } from './outcome.ts'
import { type DecodedMetadata, type Plan, planId } from './plan.ts'
import { publish } from './publish.ts'
import { deleteExpired, deleteFiles, writeFiles, type WrittenPlan } from './write.ts'

/** Plans whose changes were committed to the database. */
export type CommittedPlans<Metadata> = readonly WrittenPlan<Metadata>[]

/**
 * Writes the metadata files of plans, and then commits their rows in one transaction.
 *
 * When the transaction certainly failed, the files are deleted. When its outcome is unknown, no file is deleted,
 * because a row may reference it. A process that ends between the two steps leaves files that no row references.
 *
 * @param unchanged versions of rows that the change depends on but does not change
 * @throws HeadgateError of `checkChosen`, before a file is written. The outcome contains all later errors
 */
export async function commitPlans<Metadata>(
  deps: CatalogDeps,
  decoded: DecodedMetadata<Metadata>,
  plans: readonly Plan<Metadata>[],
  record: CommitRecord,
  unchanged: readonly RowVersion[] = [],
): Promise<Outcome<CommittedPlans<Metadata>>> {
  if (!(await checkChosen(deps, plans))) return moved
  const outcome = await settle(() => writeAndPublish(deps, plans, record, unchanged))
  if (outcome.type === 'unknown') return outcome
  if (outcome.type === 'done') {
    for (const plan of outcome.value) cacheAndExpire(deps, decoded, plan)
    return outcome
  }
  const deleted = deleteFiles(deps, plans)
  // A location that the client chose must be empty. The files of this attempt must be deleted before the next attempt
  // checks the location.
  if (plans.some(({ chosen }) => chosen !== null)) await deleted
  return explainRefusal(outcome, plans)
}

/** Commits the change of one plan; see `commitPlans`. */
export async function commitPlan<Metadata>(
  deps: CatalogDeps,
  decoded: DecodedMetadata<Metadata>,
  plan: Plan<Metadata>,
  record: CommitRecord,
): Promise<Outcome<WrittenPlan<Metadata>>> {
  return await mapDone(await commitPlans(deps, decoded, [plan], record), ([written]) => {
    if (written === undefined) throw new TypeError('The metadata file of a planned change was not written.')
    return written
  })
}

async function writeAndPublish<Metadata>(
  deps: CatalogDeps,
  plans: readonly Plan<Metadata>[],
  record: CommitRecord,
  unchanged: readonly RowVersion[],
): Promise<Outcome<CommittedPlans<Metadata>>> {
  const written = await writeFiles(deps, plans)
  return (await publish(deps, written, record, unchanged)) ? done(written) : moved
}

/** Returns the metadata key (`toMetadataKey`) of the relation's row after the commit of a plan. */
export function committedKey({ file, textColumns, ...plan }: WrittenPlan<unknown>): string {
  return toMetadataKey({ id: planId(plan), digest: textColumns.digest, metadataLocation: file.location })
}

/**
 * Caches the new metadata of a committed plan, and starts to delete the metadata files that its metadata log
 * no longer contains.
 */
function cacheAndExpire<Metadata>(
  deps: CatalogDeps,
  decoded: DecodedMetadata<Metadata>,
  plan: WrittenPlan<Metadata>,
): void {
  const { file, textColumns, metadata } = plan
  const key = committedKey(plan)
  const text = file.text.whole
  decoded.add(planId(plan), key, metadata, text.length)
  deps.metadataTexts.add(plan, key, text, textColumns.body)
  deleteExpired(deps, plan)
}
