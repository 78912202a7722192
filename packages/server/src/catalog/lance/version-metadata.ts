import { findVersionRecords } from '../../store/lance-versions.ts'
import type { CatalogDeps } from '../deps.ts'
import type { Target } from '../target.ts'

/** Returns the metadata of versions that were committed through the server, by version. */
export async function versionMetadata(
  { sql }: Pick<CatalogDeps, 'sql'>,
  { relation }: Target,
  branch: string | undefined,
  versions: readonly number[],
): Promise<ReadonlyMap<number, Readonly<Record<string, string>>>> {
  if (versions.length === 0) return new Map()
  const key = { relationId: relation.id, branch: branch ?? '' }
  const records = await findVersionRecords(sql, key, versions)
  return new Map(records.map(({ version, metadata }) => [version, metadata]))
}
