import { lstat, rmdir, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeError } from './file-errors.ts'
import { checkNoSymlink, type Place } from './file-roots.ts'
import { systemCode } from './storage-errors.ts'

/**
 * Removes a file, and then the empty directories above it, up to the root. It does not flush the directory: after a
 * power failure the object may exist again.
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
 * Returns whether the path has no object: no file, or a directory. Operating systems differ in the error code with
 * which they refuse to unlink a directory.
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
 * Removes the empty directories above a file. The file system refuses to remove a directory with a temporary file of
 * a writer in it, and a writer whose directory was removed before it opened its file creates the directory again.
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
