import type { Dirent } from 'node:fs'
import { lstat, opendir, rm, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryPrefix } from './durable-write.ts'
import type { FileRoot } from './file-roots.ts'
import { uploadsDirectory } from './file-upload-directory.ts'
import { reservedNamePrefix } from './location.ts'
import type { SweepOptions, SweepResult } from './storage.ts'
import { systemCode } from './storage-errors.ts'

/** Removes files that killed writers left below a root: temporary files, and abandoned uploads. */
export async function sweepRoot(root: FileRoot, options: SweepOptions): Promise<SweepResult> {
  const before = Date.now() - options.olderThan
  return {
    files: await sweepFiles(root.path, before, options.signal),
    uploads: await sweepUploads(root, before, options.signal),
  }
}

async function sweepFiles(
  directory: string,
  before: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let removed = 0
  for await (const entry of readEntries(directory)) {
    signal?.throwIfAborted()
    const path = join(directory, entry.name)
    if (entry.isDirectory()) {
      if (!entry.name.startsWith(reservedNamePrefix)) removed += await sweepFiles(path, before, signal)
    } else if (entry.name.startsWith(temporaryPrefix) && (await touched(path)) <= before) {
      await unlink(path).then(() => removed++, ignoreMissing)
    }
  }
  return removed
}

async function sweepUploads(
  root: FileRoot,
  before: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const directory = uploadsDirectory(root)
  // A program with write access to the root may have replaced the directory by a link, whose target must not be
  // swept.
  if (!(await isDirectory(directory))) return 0
  let removed = 0
  for await (const entry of readEntries(directory)) {
    signal?.throwIfAborted()
    const path = join(directory, entry.name)
    let last = await touched(path)
    // A running write of a part changes the modification time of its file continuously, but the modification time of
    // the directory only at the end.
    for await (const part of readEntries(path)) last = Math.max(last, await touched(join(path, part.name)))
    if (last > before) continue
    await rm(path, { recursive: true, force: true })
    removed++
  }
  return removed
}

/**
 * Reads the entries of a directory as a stream, because a directory can contain any number of entries. Skips missing
 * directories and those that the server may not read (`lost+found`).
 */
async function* readEntries(directory: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(directory)
  } catch (error) {
    if (systemCode(error) !== 'EACCES') ignoreMissing(error)
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory()
  } catch (error) {
    ignoreMissing(error)
    return false
  }
}

/** Returns the time of the last change of a file in epoch ms, or 0 for a missing file. */
async function touched(path: string): Promise<number> {
  try {
    return (await lstat(path)).mtimeMs
  } catch (error) {
    ignoreMissing(error)
    return 0
  }
}

function ignoreMissing(error: unknown): void {
  if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw error
}
