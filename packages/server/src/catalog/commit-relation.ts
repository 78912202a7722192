import { HeadgateError, isHeadgateError } from '@headgate/errors'
import type { Riders } from '../store/riders.ts'
import { metadataKeyOf, type RelationKind, type RelationRow } from '../store/relations.ts'
import { isViolation } from '../store/violation.ts'
import type { CatalogParts } from './parts.ts'
import { type CommitRequest, type Models, prepareReplace } from './prepare.ts'
import type { RelationModel } from './relation-model.ts'
import { swap } from './swap.ts'
import { standingOf, type Target } from './target.ts'

/** Where the relation stands after a commit. */
export interface Committed {
  readonly metadataLocation: string
  /** The `metadataKeyOf` the relation's row. */
  readonly metadataKey: string
  /** The metadata as JSON. */
  readonly text: Buffer
  /** The relation's row as it is now; its text is in `text`. */
  readonly relation: RelationRow
}

/**
 * Commits updates to one relation. With nothing to change, the current state is the answer and only the riders are written.
 *
 * @throws Stale when the relation or the policy moved; the caller looks again and repeats
 */
export async function commitRelation<Metadata, Update, Requirement>(
  parts: CatalogParts,
  model: RelationModel<Metadata, Update, Requirement>,
  models: Models<Metadata>,
  target: Target,
  request: CommitRequest<Update, Requirement>,
  riders: Riders,
): Promise<Committed> {
  const prepared = await prepareReplace(parts, model, models, target, request)
  if (prepared === null) {
    const { relation } = target
    const text = await parts.bodies.plain(target, relation, 'all')
    // What was looked at may be old by now, and then there may be something to change after all.
    await swap(parts, [], riders, [standingOf(target)])
    const { metadataLocation } = relation
    return {
      metadataLocation,
      metadataKey: metadataKeyOf(relation),
      text,
      relation: { ...relation, body: null },
    }
  }
  const { file } = prepared
  try {
    await swap(parts, [prepared], riders)
  } catch (error) {
    if (!isHeadgateError(error, 'commit-state-unknown') || !(await stands(parts, target, file.location)))
      throw replacementError(error, model.kind)
    riders.done?.()
  }
  const { location: metadataLocation, text } = file
  const { write } = prepared
  const location = write.type === 'replace' ? write.replacement.location : target.relation.location
  const relation = {
    ...target.relation,
    version: target.relation.version + 1,
    metadataLocation,
    digest: (await file.bodies()).digest,
    location,
    prefixes: prepared.recorded?.locations.join('\n') ?? target.relation.prefixes,
    body: null,
  }
  return { metadataLocation, metadataKey: metadataKeyOf(relation), text, relation }
}

/** What a violation of the store means for a commit to a relation that exists. */
export function replacementError(error: unknown, kind: RelationKind): unknown {
  if (!isViolation(error, 'relation_warehouse_id_uuid_key')) return error
  return new HeadgateError('bad-request', `Cannot assign uuid: another ${kind} of the warehouse has it.`)
}

/** After a lost answer: true when the pointer is seen where it was to go. Anything else stays unknown. */
async function stands(
  { resolver }: CatalogParts,
  { warehouse, identifier }: Target,
  location: string,
): Promise<boolean> {
  try {
    return (await resolver.whatStands(warehouse.id, identifier)).relation?.metadataLocation === location
  } catch {
    return false
  }
}
