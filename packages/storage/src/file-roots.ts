import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { HeadgateError } from '@headgate/errors'
import { throughSymlink } from './file-errors.ts'
import { type FileModes, privateModes } from './file-modes.ts'
import { canonicalPrefix } from './location-relations.ts'
import { parseLocation, parseObjectLocation, parsePrefix, type Location } from './location.ts'
import { madeWithParents } from './make-directory.ts'
import { systemCode } from './storage-errors.ts'

/** Directory that a file storage owns. */
export interface FileRoot {
  /** Canonical prefix of its locations, with a final `/`. */
  readonly prefix: string
  /** Real path of the directory, with links resolved when the storage was opened. */
  readonly path: string
  /** Modes of files and directories that are created in it. */
  readonly modes: FileModes
}

/** Path of an object on disk. */
export interface Place {
  readonly root: FileRoot
  readonly location: string
  readonly path: string
  readonly directory: string
}

/**
 * Resolves the directories of a file storage.
 *
 * @param mustBeThere does not create missing directories: if a disk is not mounted, files would otherwise be written
 * to the mount point
 * @throws HeadgateError `bad-request` for a text that is not the location of a directory, `unavailable` if the file
 * system refuses the directory
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
    const path = using(() => realpathSync.native(pathOf(location)))
    return { prefix: canonicalPrefix(location), path, modes }
  })
}

/**
 * Creates the missing directories of a file storage.
 *
 * @throws HeadgateError like `openRoots`
 */
export function makeRoots(roots: readonly string[], modes: FileModes): void {
  for (const text of roots) makeDirectory(rootLocation(text), modes)
}

function makeDirectory(location: Location, modes: FileModes): void {
  const path = pathOf(location)
  using(() => {
    if (madeWithParents(path, modes).length === 0 && !statSync(path).isDirectory())
      throw new Error('A file exists in its place.')
  })
}

function rootLocation(text: string): Location {
  const location = parseLocation(text)
  if (location.scheme === 'file' && location.key !== '') return location
  throw new HeadgateError('bad-request', `Root of a file storage must be a directory below file:///: ${text}`)
}

function pathOf({ key }: Location): string {
  return `/${key}`
}

function using<T>(use: () => T): T {
  try {
    return use()
  } catch (cause) {
    // Any caller that can name the warehouse sees this message, so it does not contain the path.
    throw new HeadgateError('unavailable', 'The server cannot use the directory of this storage.', { cause })
  }
}

/**
 * Returns the location of a directory with symbolic links resolved, as far as the path exists. Returns the location
 * itself if its real path is not a valid location.
 */
export function withoutLinks(location: Location): Location {
  const missing: string[] = []
  for (let path = pathOf(location); ; path = dirname(path)) {
    try {
      return parseLocation(`file://${join(realpathSync.native(path), ...missing)}`)
    } catch {
      if (path === '/') return location
      missing.unshift(basename(path))
    }
  }
}

/** Returns the path of an object's location. Does not read the disk. */
export function placeOf(roots: readonly FileRoot[], text: string): Place {
  const { root, rest } = within(roots, parseObjectLocation(text))
  if (rest === '') throw new HeadgateError('bad-request', `Location names no object: ${text}`)
  const path = join(root.path, rest)
  return { root, location: root.prefix + rest, path, directory: dirname(path) }
}

/** Returns the root that contains a list prefix, and the rest of the prefix after the root's own prefix. */
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
 * Refuses a directory that is reached through a symbolic link below its root. It refuses links that stay inside the
 * root too: two locations must never be one place. Parts of the path may be missing.
 *
 * @throws HeadgateError `forbidden` for a link, `unavailable` if the root is missing or is a file. An unmounted disk
 * must not look like an empty one: clients would conclude that their tables were deleted
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
  throw new HeadgateError('unavailable', 'The server does not find the directory of this storage.')
}
