import { lstat, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { readError } from './file-errors.ts'
import { toObjectInfo } from './file-info.ts'
import { checkNoSymlink, prefixIn, type FileRoot } from './file-roots.ts'
import { resolvePageSize } from './list-options.ts'
import { parsePrefix, reservedNamePrefix } from './location.ts'
import { systemCode } from './storage-errors.ts'
import type { ListEntry, ListOptions } from './storage.ts'
import { compareUtf8 } from './utf8-order.ts'

const statsAtATime = 32

interface Walk {
  readonly folded: boolean
  readonly pageSize: number
  readonly signal: AbortSignal | undefined
}

/**
 * Lists files as an object store lists keys. Directories are not entries. Links, reserved names, and anything other
 * than files and directories are skipped. Holds the names of one directory per level in memory.
 */
export async function* listFiles(
  roots: readonly FileRoot[],
  prefix: string,
  options: ListOptions,
): AsyncGenerator<ListEntry> {
  options.signal?.throwIfAborted()
  const { root, rest } = prefixIn(roots, prefix)
  const slash = rest.lastIndexOf('/') + 1
  const base = root.prefix + rest.slice(0, slash)
  const after = options.startAfter === undefined ? undefined : startIn(root, options.startAfter)
  const walk = {
    folded: options.delimiter === '/',
    pageSize: resolvePageSize(options),
    signal: options.signal,
  }
  const directory = resolve(root.path, rest.slice(0, slash))
  if (after !== undefined && !after.startsWith(base)) {
    if (compareUtf8(after, base) > 0) return
    yield* entries(walk, root, directory, base, rest.slice(slash), undefined)
    return
  }
  yield* entries(walk, root, directory, base, rest.slice(slash), after?.slice(base.length))
}

/** Converts the option `startAfter` to a canonical location. The list contains only names after this location. */
function startIn(root: FileRoot, text: string): string {
  return text.startsWith(root.prefix) ? text : parsePrefix(text).canonical
}

async function* entries(
  walk: Walk,
  root: FileRoot,
  directory: string,
  base: string,
  namePrefix: string,
  after: string | undefined,
): AsyncGenerator<ListEntry> {
  let files: string[] = []
  for (const name of await namesIn(root, directory, base, namePrefix)) {
    walk.signal?.throwIfAborted()
    if (!name.endsWith('/')) {
      if (after !== undefined && compareUtf8(name, after) <= 0) continue
      files.push(name)
      if (files.length >= walk.pageSize) {
        yield* described(walk, directory, base, files)
        files = []
      }
      continue
    }
    const inside = after?.startsWith(name) === true
    if (after !== undefined && !inside && compareUtf8(name, after) < 0) continue
    if (walk.folded && inside) continue
    yield* described(walk, directory, base, files)
    files = []
    const below = entries(
      { ...walk, folded: false, pageSize: walk.folded ? 1 : walk.pageSize },
      root,
      resolve(directory, name),
      base + name,
      '',
      inside ? after.slice(name.length) : undefined,
    )
    if (!walk.folded) yield* below
    else if ((await below.next()).done !== true) yield { type: 'prefix', location: base + name }
  }
  yield* described(walk, directory, base, files)
}

/**
 * Returns the names of the entries of a directory in the order in which object stores list keys. For this order, the
 * name of a subdirectory includes its final slash.
 */
async function namesIn(
  root: FileRoot,
  directory: string,
  base: string,
  namePrefix: string,
): Promise<string[]> {
  try {
    checkNoSymlink({ root, location: base, directory })
    const names: string[] = []
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (!entry.name.startsWith(namePrefix) || entry.name.startsWith(reservedNamePrefix)) continue
      if (entry.isFile()) names.push(entry.name)
      else if (entry.isDirectory()) names.push(`${entry.name}/`)
    }
    return names.toSorted(compareUtf8)
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return []
    throw readError(error, base)
  }
}

async function* described(
  walk: Walk,
  directory: string,
  base: string,
  files: readonly string[],
): AsyncGenerator<ListEntry> {
  for (let i = 0; i < files.length; i += statsAtATime) {
    walk.signal?.throwIfAborted()
    const found = await Promise.all(
      files.slice(i, i + statsAtATime).map((name) => describe(directory, base, name)),
    )
    for (const entry of found) if (entry !== undefined) yield entry
  }
}

async function describe(directory: string, base: string, name: string): Promise<ListEntry | undefined> {
  try {
    const stats = await lstat(join(directory, name), { bigint: true })
    return stats.isFile() ? { type: 'object', location: base + name, info: toObjectInfo(stats) } : undefined
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw readError(error, base + name)
  }
}
