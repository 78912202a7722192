import type { RelationRow } from '../../store/relations.ts'
import { committedKey } from './commit-plans.ts'
import type { WrittenPlan } from './write.ts'

/** Relation after a commit, for the response to the client. */
export interface CommittedRelation {
  readonly metadataLocation: string
  /** Metadata key (`toMetadataKey`) of the relation's row after the commit. */
  readonly metadataKey: string
  /** Metadata of the relation as JSON text. */
  readonly text: Buffer
}

/**
 * Relation that existed before the commit, after the commit, with its row. The row does not contain the
 * metadata text, which is in `text`.
 */
export interface ReplacedRelation extends CommittedRelation {
  readonly relation: RelationRow
}

/** Returns the state that the relation of a committed plan now has. */
export function toCommittedRelation(plan: WrittenPlan<unknown>): CommittedRelation {
  const { file } = plan
  return { metadataLocation: file.location, metadataKey: committedKey(plan), text: file.text.whole }
}
