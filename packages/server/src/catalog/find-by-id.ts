import { HeadgateError } from '@headgate/errors'
import { splitLevels } from '../namespace-path.ts'
import type { Privilege } from '../privilege.ts'
import { findRelationName, type RelationKind } from '../store/relations.ts'
import type { Caller } from './caller.ts'
import type { CatalogDeps } from './deps.ts'
import { missingRelation } from './existing.ts'
import { type FindDeps, findRelation } from './find-relation.ts'
import type { RelationRef, Target } from './target.ts'

/** Relation that an earlier request with the same idempotency key created or changed. */
export interface EarlierRelation {
  /** Name that the relation had in the earlier request. */
  readonly ref: RelationRef
  readonly kind: RelationKind
  /** Id of the relation. Null when the server stored no id for the earlier request. */
  readonly relationId: string | null
}

/**
 * Finds the relation that an earlier request created or changed, by its id, because it may have been renamed
 * since then, and another relation may have its former name.
 *
 * @throws HeadgateError of a missing relation when the relation was dropped or the caller may not see it
 */
export async function findEarlier(
  deps: FindDeps & Pick<CatalogDeps, 'sql'>,
  caller: Caller,
  { ref, kind, relationId }: EarlierRelation,
  privilege: Privilege,
): Promise<Target> {
  const { warehouse, identifier } = ref
  const now = relationId === null ? null : await findRelationName(deps.sql, relationId)
  if (now === null) throw missingRelation(kind, identifier)
  const current = { warehouse, identifier: { namespace: splitLevels(now.path), name: now.name } }
  return (await findRelation(deps, caller, current, kind, privilege)).found
}

/**
 * Finds the relation that an earlier commit changed.
 *
 * @throws HeadgateError `commit-state-unknown` when the relation was dropped or the caller may not change it.
 *   Not a 404, because the client would then delete the files of the committed change
 */
export async function findCommitted(
  deps: FindDeps & Pick<CatalogDeps, 'sql'>,
  caller: Caller,
  earlier: EarlierRelation,
): Promise<Target> {
  try {
    return await findEarlier(deps, caller, earlier, 'modify')
  } catch (cause) {
    if (!(cause instanceof HeadgateError) || cause.kind.status >= 500) throw cause
    const message = `The change was committed, but the ${earlier.kind} has been dropped or is no longer accessible to the caller.`
    throw new HeadgateError('commit-state-unknown', message, { cause })
  }
}
