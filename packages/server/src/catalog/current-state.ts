import type { CommittedRelation } from './commit/committed-relation.ts'
import type { CatalogDeps } from './deps.ts'
import type { Target } from './target.ts'

/** Returns the current metadata text of a relation, with its location and its metadata key. */
export async function currentState(
  { bodies }: Pick<CatalogDeps, 'bodies'>,
  target: Target,
): Promise<CommittedRelation> {
  const { relation, metadataKey } = target
  const text = await bodies.plain(target, relation, 'all')
  return { metadataLocation: relation.metadataLocation, metadataKey, text }
}
