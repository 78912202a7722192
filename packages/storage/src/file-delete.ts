import { lstat, rmdir, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeError } from './file-errors.ts'
import { checkNoSymlink, type Place } from './file-roots.ts'
import { systemCode } from './storage-errors.ts'

/**
 * Removes a file, and then its parent directories that are empty, up to the root. Does not flush the directory, so
 * that the object may exist again after a power failure.
 */
export async function deleteFile(place: Place): Promise<void> {
  try {
    checkNoSymlink(place)
    await unlink(place.path)
  } catch (error) {
    if (!(await isNoObject(place, error))) throw writeError(error, place.location)
  }
  await prune(place)
}

/**
 * Returns whether deletion failed because no object exists at the path: the path is missing or is a directory.
 * Operating systems differ in the error code with which they refuse to unlink a directory.
 */
async function isNoObject(place: Place, error: unknown): Promise<boolean> {
  switch (systemCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
      return true
    case 'EPERM':
      return (await lstat(place.path)).isDirectory()
    default:
      return false
  }
}

/**
 * Removes the empty directories above a file. Concurrent writers are safe: the file system refuses to remove a
 * directory that contains a temporary file, and a writer creates its directory again if it was removed before the
 * writer opened its file.
 */
async function prune(place: Place): Promise<void> {
  for (let path = place.directory; path.length > place.root.path.length; path = dirname(path)) {
    try {
      await rmdir(path)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') return
    }
  }
}
