import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { HeadgateError } from '@headgate/errors'
import { throughSymlink } from './file-errors.ts'
import { type FileModes, privateModes } from './file-modes.ts'
import { canonicalPrefix } from './location-relations.ts'
import { parseLocation, parseObjectLocation, parsePrefix, type Location } from './location.ts'
import { madeWithParents } from './make-directory.ts'
import { systemCode } from './storage-errors.ts'

/** Directory in which a file storage stores its objects. */
export interface FileRoot {
  /** Canonical location of the directory, with a final `/`. */
  readonly prefix: string
  /** Real path of the directory, with links resolved when the storage was opened. */
  readonly path: string
  /** Modes of new files and directories below this directory. */
  readonly modes: FileModes
}

/** Location of an object in a file storage, with the path of its file on disk. */
export interface Place {
  readonly root: FileRoot
  readonly location: string
  readonly path: string
  readonly directory: string
}

/**
 * Resolves the directories of a file storage to their real paths.
 *
 * @param mustBeThere whether a missing directory is an error. If a disk is not mounted, a created directory would
 *   be in the mount point, and files would be written there
 * @throws HeadgateError `bad-request` for a root that is not the location of a directory, `unavailable` if the
 *   directory is missing or cannot be used
 */
export function openRoots(
  roots: readonly string[],
  mustBeThere = false,
  modes: FileModes = privateModes,
): FileRoot[] {
  if (roots.length === 0) throw new HeadgateError('bad-request', 'A file storage needs at least one root')
  return roots.map((text) => {
    const location = rootLocation(text)
    if (!mustBeThere) makeDirectory(location, modes)
    const path = using(() => realpathSync.native(toPath(location)))
    return { prefix: canonicalPrefix(location), path, modes }
  })
}

/**
 * Creates those directories of a file storage that do not exist.
 *
 * @throws HeadgateError like `openRoots`
 */
export function makeRoots(roots: readonly string[], modes: FileModes): void {
  for (const text of roots) makeDirectory(rootLocation(text), modes)
}

function makeDirectory(location: Location, modes: FileModes): void {
  const path = toPath(location)
  using(() => {
    if (madeWithParents(path, modes).length === 0 && !statSync(path).isDirectory())
      throw new Error('A file exists at the path of the directory.')
  })
}

function rootLocation(text: string): Location {
  const location = parseLocation(text)
  if (location.scheme === 'file' && location.key !== '') return location
  throw new HeadgateError('bad-request', `Root of a file storage must be a directory below file:///: ${text}`)
}

function toPath({ key }: Location): string {
  return `/${key}`
}

function using<T>(use: () => T): T {
  try {
    return use()
  } catch (cause) {
    // The message does not contain the path, because it is sent to any caller that requests this warehouse.
    throw new HeadgateError('unavailable', 'The server cannot use the directory of this storage.', { cause })
  }
}

/**
 * Returns the location of a directory with symbolic links resolved, as far as the path exists. Returns the location
 * itself if its real path is not a valid location.
 */
export function withoutLinks(location: Location): Location {
  const missing: string[] = []
  for (let path = toPath(location); ; path = dirname(path)) {
    try {
      return parseLocation(`file://${join(realpathSync.native(path), ...missing)}`)
    } catch {
      if (path === '/') return location
      missing.unshift(basename(path))
    }
  }
}

/** Converts the location of an object to the path of its file. Does not read the disk. */
export function resolveObject(roots: readonly FileRoot[], text: string): Place {
  const { root, rest } = within(roots, parseObjectLocation(text))
  if (rest === '')
    throw new HeadgateError('bad-request', `Location does not contain the key of an object: ${text}`)
  const path = join(root.path, rest)
  return { root, location: root.prefix + rest, path, directory: dirname(path) }
}

/**
 * Returns the directory of the storage that contains the prefix of a list request, and the rest of the prefix below
 * this directory.
 */
export function prefixIn(roots: readonly FileRoot[], text: string): { root: FileRoot; rest: string } {
  return within(roots, parsePrefix(text))
}

function within(roots: readonly FileRoot[], location: Location): { root: FileRoot; rest: string } {
  for (const root of roots) {
    if (location.canonical.startsWith(root.prefix))
      return { root, rest: location.canonical.slice(root.prefix.length) }
  }
  throw new HeadgateError('forbidden', `Location is outside this storage: ${location.text}`)
}

/**
 * Refuses a directory that is reached through a symbolic link below its root. Also refuses links to a directory
 * inside the root, because two locations must never refer to the same directory. The path does not need to exist.
 *
 * @throws HeadgateError `forbidden` for a link, `unavailable` if the root is missing or is a file. If a disk is not
 *   mounted, the root is missing. Without this error, clients would conclude that their tables were deleted
 */
export function checkNoSymlink(place: Pick<Place, 'root' | 'location' | 'directory'>): void {
  for (let path = place.directory; path.length >= place.root.path.length; path = dirname(path)) {
    try {
      if (realpathSync.native(path) !== path) throw throughSymlink(place.location)
      if (path.length > place.root.path.length || statSync(path).isDirectory()) return
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw error
    }
  }
  throw new HeadgateError(
    'unavailable',
    'The server does not find the directory of this storage. Check that its disk is mounted.',
  )
}
