import { toMetadataKey } from '../../store/relations.ts'
import type { CatalogDeps } from '../deps.ts'
import { parseMetadataText } from '../metadata-file.ts'
import { damagedMetadata } from '../recorded-metadata.ts'
import type { RelationModel } from '../relation-model.ts'
import type { Target } from '../target.ts'
import type { DecodedMetadata } from './plan.ts'

/**
 * Returns the decoded current metadata of a relation.
 *
 * @throws HeadgateError `damaged-metadata` when the metadata does not match the relation's row
 */
export async function currentMetadata<Metadata>(
  deps: Pick<CatalogDeps, 'metadataTexts'>,
  model: Pick<RelationModel<Metadata, never, never>, 'decode' | 'uuid'>,
  decoded: DecodedMetadata<Metadata>,
  target: Target,
): Promise<Metadata> {
  const { relation } = target
  const key = toMetadataKey(relation)
  const cached = decoded.get(relation.id, key)
  if (cached !== undefined) return cached
  const text = await deps.metadataTexts.plain(target, relation, 'all')
  const metadata = model.decode(parseMetadataText(text, relation.metadataLocation))
  if ((model.uuid(metadata) ?? relation.uuid) !== relation.uuid) throw damagedMetadata(relation)
  decoded.add(relation.id, key, metadata, text.length)
  return metadata
}
