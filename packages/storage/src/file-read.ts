import { closeSync, constants, createReadStream, fstatSync, openSync, read } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { addAbortSignal, Readable } from 'node:stream'
import { promisify } from 'node:util'
import { HeadgateError } from '@headgate/errors'
import { resolveRange } from './byte-range.ts'
import { readError } from './file-errors.ts'
import { toObjectInfo } from './file-info.ts'
import { checkNoSymlink, type Place } from './file-roots.ts'
import { noSuchFile, systemCode } from './storage-errors.ts'
import type { CallOptions, GetOptions, ObjectInfo, StoredObject } from './storage.ts'
import { tooLarge } from './streams.ts'

// Flags for `open`: it must not wait for the writer of a named pipe, and must not follow a symbolic link.
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
const chunkBytes = 256 * 1024
/**
 * Maximum size of a file that is read with one call instead of a stream, in bytes. A stream dispatches several
 * operations to other threads, which takes longer than reading a small file.
 */
const wholeBytes = 256 * 1024
const readDescriptor = promisify(read)

export async function headFile(place: Place): Promise<ObjectInfo | null> {
  try {
    checkNoSymlink(place)
    const stats = await lstat(place.path, { bigint: true })
    return stats.isFile() ? toObjectInfo(stats) : null
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return null
    throw readError(error, place.location)
  }
}

export async function getFile(place: Place, options: GetOptions): Promise<StoredObject> {
  options.signal?.throwIfAborted()
  const { descriptor, info } = openFile(place)
  let closes = true
  try {
    checkConditions(place, info, options)
    const range = options.range === undefined ? undefined : resolveRange(options.range, info.size)
    const { start, end } = range ?? { start: 0, end: info.size - 1 }
    const length = end - start + 1
    closes = length <= wholeBytes
    const body = closes
      ? toStream(await readBytes(descriptor, start, length))
      : createReadStream('', { fd: descriptor, start, end, highWaterMark: chunkBytes })
    if (options.signal !== undefined) addAbortSignal(options.signal, body)
    return { info, ...(range === undefined ? {} : { range }), length, body }
  } catch (error) {
    throw readError(error, place.location)
  } finally {
    if (closes) closeSync(descriptor)
  }
}

/** Reads a range of a file. Returns fewer bytes if the file is shorter. */
async function readBytes(descriptor: number, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length)
  let at = 0
  while (at < length) {
    const { bytesRead } = await readDescriptor(descriptor, bytes, at, length - at, start + at)
    if (bytesRead === 0) break
    at += bytesRead
  }
  return bytes.subarray(0, at)
}

function toStream(bytes: Buffer): Readable {
  const stream = new Readable({ read: () => undefined })
  if (bytes.length > 0) stream.push(bytes)
  stream.push(null)
  return stream
}

export async function readWholeFile(
  place: Place,
  options: CallOptions & { maxBytes: number },
): Promise<Buffer> {
  options.signal?.throwIfAborted()
  const { descriptor, info } = openFile(place)
  try {
    if (info.size > options.maxBytes) throw tooLarge(place.location, options.maxBytes)
    return await readBytes(descriptor, 0, info.size)
  } catch (error) {
    throw readError(error, place.location)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Reads an object as a stream. Yields the content at the time of the call, because a later write creates a new file.
 */
export async function* readChunks(place: Place): AsyncGenerator<Uint8Array> {
  yield* (await getFile(place, {})).body
}

/** Opens a file synchronously: `open` and `stat` take less time than their dispatch to another thread. */
function openFile(place: Place): { descriptor: number; info: ObjectInfo } {
  let descriptor: number | undefined
  try {
    checkNoSymlink(place)
    descriptor = openSync(place.path, flags)
    const stats = fstatSync(descriptor, { bigint: true })
    if (!stats.isFile()) throw noSuchFile(place.location)
    return { descriptor, info: toObjectInfo(stats) }
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor)
    throw readError(error, place.location)
  }
}

function checkConditions(place: Place, info: ObjectInfo, options: GetOptions): void {
  const changed = options.ifMatch !== undefined && options.ifMatch !== info.etag
  if (!changed && options.ifNoneMatch !== info.etag) return
  const why = changed ? 'Object has an ETag that differs from the expected ETag' : 'Object has not changed'
  throw new HeadgateError('precondition-failed', `${why}: ${place.location}`)
}
