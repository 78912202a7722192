import type { RelationRow } from '../../store/relations.ts'
import { committedKey } from './commit-plans.ts'
import type { WrittenPlan } from './write.ts'

/** State of a relation after a commit. */
export interface CommittedRelation {
  readonly metadataLocation: string
  /** Metadata key of the relation's row; see `toMetadataKey`. */
  readonly metadataKey: string
  /** Metadata of the relation as JSON text. */
  readonly text: Buffer
}

/** State of a relation that existed before the commit, with its row. The metadata text is in `text`, not in the row. */
export interface ReplacedRelation extends CommittedRelation {
  readonly relation: RelationRow
}

/** Returns the state of the relation of a committed plan. */
export function toCommittedRelation(plan: WrittenPlan<unknown>): CommittedRelation {
  const { file } = plan
  return { metadataLocation: file.location, metadataKey: committedKey(plan), text: file.text.whole }
}
