import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readError } from './file-errors.ts'
import { checkNoSymlink, type FileRoot, type Place } from './file-roots.ts'
import { reservedNamePrefix } from './location.ts'
import { noSuchUpload, systemCode } from './storage-errors.ts'

/**
 * Name of the directory in a root that contains the unfinished uploads, one directory for each upload. Lists of
 * objects skip this directory.
 */
const uploadsName = `${reservedNamePrefix}uploads`
const uploadIdPattern = /^[0-9a-f]{32}$/

/** Name of the file in the directory of an upload that contains the location of the object. */
export const targetFile = 'target'

/** Returns the directory of a root's unfinished uploads. */
export function uploadsDirectory(root: FileRoot): string {
  return join(root.path, uploadsName)
}

/** Returns the path of the directory of an upload. Refuses a path that contains a symbolic link. */
export function ownDirectory({ root, location }: Place, uploadId: string): string {
  const directory = join(uploadsDirectory(root), uploadId)
  checkNoSymlink({ root, location, directory })
  return directory
}

/**
 * Returns the path of the directory of an upload, after it has checked that the upload exists and belongs to this
 * location.
 */
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
