import { lstat, rmdir, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeError } from './file-errors.ts'
import { checkNoSymlink, type Place } from './file-roots.ts'
import { systemCode } from './storage-errors.ts'

/**
 * Removes a file and the directories that are empty without it, below the root. The directory is not flushed: after a
 * power cut a deleted object may be there again.
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

/** Nothing there, or a directory, which is no object. Systems differ in what unlinking a directory throws. */
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
 * The file system itself refuses to remove a directory that someone is writing into (there is a temporary file), and
 * a writer whose directory vanishes before it could open that file makes it again.
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
