import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readError } from './file-errors.ts'
import { checkNoSymlink, type FileRoot, type Place } from './file-roots.ts'
import { reservedNamePrefix } from './location.ts'
import { noSuchUpload, systemCode } from './storage-errors.ts'

/** The directory in a root that holds unfinished uploads, one directory each. Lists never show it. */
const uploadsName = `${reservedNamePrefix}uploads`
const uploadIdPattern = /^[0-9a-f]{32}$/

/** The file in an upload's directory that says which location it is for. */
export const targetFile = 'target'

/** Where a root keeps its unfinished uploads. */
export function uploadsDirectory(root: FileRoot): string {
  return join(root.path, uploadsName)
}

/** Where an upload is kept, which no link may lead away from. */
export function ownDirectory({ root, location }: Place, uploadId: string): string {
  const directory = join(uploadsDirectory(root), uploadId)
  checkNoSymlink({ root, location, directory })
  return directory
}

/** The directory of an upload, after a look that it is there and belongs to this location. */
export async function openUpload(place: Place, uploadId: string): Promise<string> {
  if (!uploadIdPattern.test(uploadId)) throw noSuchUpload(place.location)
  try {
    const directory = ownDirectory(place, uploadId)
    if ((await readFile(join(directory, targetFile), 'utf8')) === place.location) return directory
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw readError(error, place.location)
  }
  throw noSuchUpload(place.location)
}
