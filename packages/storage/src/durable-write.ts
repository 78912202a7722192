import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsync,
  futimesSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
  write,
  writeSync,
} from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DirectorySync } from './directory-sync.ts'
import { writeError } from './file-errors.ts'
import { formatEtag, nextWriteTime } from './file-info.ts'
import type { FileModes } from './file-modes.ts'
import { checkNoSymlink, type Place } from './file-roots.ts'
import { reservedNamePrefix } from './location.ts'
import { preconditionFailed, StorageWriteError, systemCode } from './storage-errors.ts'
import type { Body, WriteCondition } from './storage.ts'

/**
 * Name prefix of temporary files. A temporary file exists while a writer writes an object, or after a writer was
 * killed.
 */
export const temporaryPrefix: string = `${reservedNamePrefix}tmp-`

const fsyncDescriptor = promisify(fsync)
const writeDescriptor = promisify(write)
/**
 * Maximum size of a synchronous write, in bytes. Up to this size, a write into the page cache takes less time than
 * its dispatch to another thread.
 */
const inlineBytes = 256 * 1024
const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW
const openAttempts = 20
const writerId = `${process.pid.toString(36)}${randomBytes(6).toString('hex')}`
let counter = 0

export interface WriteOptions {
  readonly makeDirectory?: boolean
  readonly unreferenced?: boolean | undefined
  /** Signal that cancels the write. If it aborts before the file has its final name, the file is not published. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Writes a file atomically and durably. Readers never see a part of the file, and the file is on disk when this
 * function returns. It writes and flushes a temporary file in the same directory, links it (`ifAbsent`) or renames it
 * to its final name, and flushes the directory. With `unreferenced`, file and directory are flushed at the same time
 * after the rename: a journaling file system then writes both at once.
 *
 * @throws errors of `fill`, and errors of a file write. `StorageWriteError` with outcome `unknown` only if the file
 *   has its final name but its directory could not be flushed
 */
export async function writeDurably(
  place: Place,
  sync: DirectorySync,
  condition: WriteCondition,
  fill: (descriptor: number) => void | Promise<void>,
  options: WriteOptions = {},
): Promise<{ etag: string }> {
  const temporary = join(place.directory, `${temporaryPrefix}${writerId}-${(counter++).toString(36)}`)
  let published = false
  const publishNow = (): void => {
    options.signal?.throwIfAborted()
    publish(temporary, place, condition)
    published = true
  }
  try {
    const descriptor = openIn(place, temporary, options.makeDirectory === false ? undefined : sync)
    let etag: string
    try {
      const filling = fill(descriptor)
      if (filling !== undefined) await filling
      const time = nextWriteTime()
      futimesSync(descriptor, time, time)
      etag = formatEtag(fstatSync(descriptor, { bigint: true }))
      if (options.unreferenced === true) {
        publishNow()
        await both(fsyncDescriptor(descriptor), sync.flush(place.directory))
      } else await fsyncDescriptor(descriptor)
    } finally {
      closeSync(descriptor)
    }
    if (!published) {
      publishNow()
      await sync.flush(place.directory)
    }
    return { etag }
  } catch (error) {
    if (published) {
      throw new StorageWriteError(
        'unknown',
        `The object was written, but may not be on disk: ${place.location}`,
        {
          cause: error,
        },
      )
    }
    removeQuietly(temporary)
    throw writeError(error, place.location)
  }
}

/**
 * Waits until both promises have settled, even if one rejects, because the file descriptor must stay open while the
 * other operation uses it.
 */
async function both(one: Promise<void>, other: Promise<void>): Promise<void> {
  for (const result of await Promise.allSettled([one, other]))
    if (result.status === 'rejected') throw result.reason
}

/** Returns a function that writes the bytes of a body to a file, one write at a time. */
export function fillFrom(chunks: Body): (descriptor: number) => void | Promise<void> {
  if (chunks instanceof Uint8Array) {
    return (descriptor) =>
      chunks.byteLength <= inlineBytes ? writeInline(descriptor, chunks) : writeAll(descriptor, chunks)
  }
  return async (descriptor) => {
    for await (const chunk of chunks) await writeAll(descriptor, chunk)
  }
}

function writeInline(descriptor: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.byteLength;) offset += writeSync(descriptor, bytes, offset)
}

async function writeAll(descriptor: number, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.byteLength;) {
    offset += (await writeDescriptor(descriptor, bytes, offset, bytes.byteLength - offset)).bytesWritten
  }
}

/**
 * Opens a new temporary file, and creates the directories of its path. If another process removes an empty directory
 * in between, creates the directories again.
 */
function openIn(place: Place, path: string, sync: DirectorySync | undefined): number {
  for (let attempt = 1; ; attempt++) {
    checkNoSymlink(place)
    try {
      return openWith(place.root.modes, path)
    } catch (error) {
      if (sync === undefined || systemCode(error) !== 'ENOENT' || attempt === openAttempts) throw error
    }
    try {
      sync.create(place.directory, place.root.modes)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || attempt === openAttempts) throw error
    }
  }
}

function openWith({ file, exact }: FileModes, path: string): number {
  const descriptor = openSync(path, flags, file)
  if (exact) fchmodSync(descriptor, file)
  return descriptor
}

/**
 * Renames or links the temporary file to its final name. Runs synchronously, so that no other write of this process
 * runs between the comparison of an ETag and the rename.
 */
function publish(temporary: string, place: Place, condition: WriteCondition): void {
  if (condition.ifAbsent === true) {
    linkSync(temporary, place.path)
    removeQuietly(temporary)
    return
  }
  if (condition.ifMatch !== undefined) {
    const stats = lstatSync(place.path, { bigint: true, throwIfNoEntry: false })
    if (stats === undefined || !stats.isFile() || formatEtag(stats) !== condition.ifMatch) {
      throw preconditionFailed(place.location, 'the ETag of the object differs from the expected ETag')
    }
  }
  renameSync(temporary, place.path)
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // The temporary file does not exist any more, or `sweep` removes it later.
  }
}
