import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { HeadgateError } from '@headgate/errors'
import { throughSymlink } from './file-errors.ts'
import { type FileModes, privateModes } from './file-modes.ts'
import { canonicalPrefix } from './location-relations.ts'
import { parseLocation, parseObjectLocation, parsePrefix, type Location } from './location.ts'
import { madeWithParents } from './make-directory.ts'
import { systemCode } from './storage-errors.ts'

/** A directory that a file storage owns. */
export interface FileRoot {
  /** Canonical prefix of the locations in it, ending in `/`. */
  readonly prefix: string
  /** Its real path, links resolved when the storage was opened. */
  readonly path: string
  /** Of the files and directories that are created in it. */
  readonly modes: FileModes
}

/** Where an object lies on disk. */
export interface Place {
  readonly root: FileRoot
  readonly location: string
  readonly path: string
  readonly directory: string
}

/**
 * Resolves the directories of a file storage.
 *
 * @param mustBeThere not one of them is made: where a disk is missing, what is written would be below the disk
 * @throws HeadgateError `bad-request` for what is no location of a directory, `unavailable` where the file system refuses it
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
 * Creates the directories of a file storage where they are missing.
 *
 * @throws HeadgateError as `openRoots`
 */
export function makeRoots(roots: readonly string[], modes: FileModes): void {
  for (const text of roots) makeDirectory(rootLocation(text), modes)
}

function makeDirectory(location: Location, modes: FileModes): void {
  const path = pathOf(location)
  using(() => {
    if (madeWithParents(path, modes).length === 0 && !statSync(path).isDirectory())
      throw new Error('There is something else in its place.')
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
    // Anybody who names the warehouse may hear this: it does not say which directory.
    throw new HeadgateError('unavailable', 'The server cannot use the directory of this storage.', { cause })
  }
}

/**
 * The location of a directory without the symbolic links on the way to it, as far as there is anything yet. One whose
 * real path is no location stays what it is.
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

/** The place of an object location. Does not look at the disk. */
export function placeOf(roots: readonly FileRoot[], text: string): Place {
  const { root, rest } = within(roots, parseObjectLocation(text))
  if (rest === '') throw new HeadgateError('bad-request', `Location names no object: ${text}`)
  const path = join(root.path, rest)
  return { root, location: root.prefix + rest, path, directory: dirname(path) }
}

/** The root that a list prefix lies in, and what follows the root's own prefix. */
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
 * Refuses a directory that is reached through a symbolic link below its root. Any link there is refused, also one
 * that stays inside: two locations must never be one place. Parts of the path that do not exist yet are fine.
 *
 * @throws HeadgateError `forbidden` for a link, `unavailable` when the root itself is not there, or is no directory: whoever
 *   takes a disk that is not mounted for an empty one tells clients that their tables are gone
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
