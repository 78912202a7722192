import type { CommittedRelation } from './commit/committed-relation.ts'
import type { CatalogDeps } from './deps.ts'
import type { Target } from './target.ts'

/** Returns the current state of a relation. */
export async function currentState(
  { bodies }: Pick<CatalogDeps, 'bodies'>,
  target: Target,
): Promise<CommittedRelation> {
  const { relation, metadataKey } = target
  const text = await bodies.plain(target, relation, 'all')
  return { metadataLocation: relation.metadataLocation, metadataKey, text }
}
