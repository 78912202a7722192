import type { CommittedRelation } from './commit/committed-relation.ts'
import type { CatalogDeps } from './deps.ts'
import type { Target } from './target.ts'

/** Returns the current metadata text of a relation, with its location and its metadata key. */
export async function currentState(
  { metadataTexts }: Pick<CatalogDeps, 'metadataTexts'>,
  target: Target,
): Promise<CommittedRelation> {
  const { relation, metadataKey } = target
  const text = await metadataTexts.plain(target, relation, 'all')
  return { metadataLocation: relation.metadataLocation, metadataKey, text }
}
