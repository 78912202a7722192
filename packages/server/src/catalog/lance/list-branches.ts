import type { Target } from '../target.ts'
import { branchesFolder } from './branch-location.ts'
import { numberIn, readRefFiles, textIn } from './ref-files.ts'

/** Branch of a Lance table. */
export interface Branch {
  readonly name: string
  /** Name of the branch from which this branch was created. Null for the main branch. */
  readonly parentBranch: string | null
  readonly parentVersion: number
  /** Time of creation in epoch seconds. */
  readonly createdAt: number
  /** Size in bytes of the manifest of the version from which the branch was created. */
  readonly manifestSize: number
}

/** Lists the branches of a Lance table in order of their names, without the main branch. */
export async function listBranches(
  { warehouse, relation }: Target,
  signal: AbortSignal,
): Promise<readonly Branch[]> {
  const files = await readRefFiles(warehouse.storage, branchesFolder(relation.location), signal)
  return files.map(({ name, content }) => ({
    name,
    parentBranch: textIn(content, 'parentBranch'),
    parentVersion: numberIn(content, 'parentVersion'),
    createdAt: numberIn(content, 'createAt'),
    manifestSize: numberIn(content, 'manifestSize'),
  }))
}
