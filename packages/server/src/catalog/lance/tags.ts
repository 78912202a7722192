import { HeadgateError } from '@headgate/errors'
import { formatIdentifier } from '@headgate/iceberg/rest'
import type { Target } from '../target.ts'
import { tagLocation, tagsFolder } from './branch-location.ts'
import { numberIn, readRefFile, readRefFiles, type RefFile, textIn } from './ref-files.ts'

/** Tag of a Lance table: a name for one of its versions. */
export interface Tag {
  readonly version: number
  /** Name of the branch that the version belongs to. Null for the main branch. */
  readonly branch: string | null
  /** Size in bytes of the manifest of the version. */
  readonly manifestSize: number
}

/** Lists the tags of a Lance table in order of their names. */
export async function listTags(
  { warehouse, relation }: Target,
  signal: AbortSignal,
): Promise<readonly (Tag & { readonly name: string })[]> {
  const files = await readRefFiles(warehouse.storage, tagsFolder(relation.location), signal)
  return files.map(({ name, content }) => ({ name, ...toTag(content) }))
}

/**
 * Reads the tag with a name.
 *
 * @throws HeadgateError `no-such-tag`
 */
export async function readTag(
  { warehouse, relation, identifier }: Target,
  name: string,
  signal: AbortSignal,
): Promise<Tag> {
  const content = await readRefFile(warehouse.storage, tagLocation(relation.location, name), signal)
  if (content !== null) return toTag(content)
  throw new HeadgateError('no-such-tag', `Table ${formatIdentifier(identifier)} has no tag ${name}.`)
}

function toTag(content: RefFile['content']): Tag {
  return {
    version: numberIn(content, 'version'),
    branch: textIn(content, 'branch'),
    manifestSize: numberIn(content, 'manifestSize'),
  }
}
