import { closeSync, constants, createReadStream, fstatSync, openSync, read } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { addAbortSignal, Readable } from 'node:stream'
import { promisify } from 'node:util'
import { HeadgateError } from '@headgate/errors'
import { resolveRange } from './byte-range.ts'
import { readError } from './file-errors.ts'
import { infoOf } from './file-info.ts'
import { checkNoSymlink, type Place } from './file-roots.ts'
import { noSuchFile, systemCode } from './storage-errors.ts'
import type { CallOptions, GetOptions, ObjectInfo, StoredObject } from './storage.ts'
import { tooLarge } from './streams.ts'

// Opening does not wait for the other end of a named pipe and does not follow a link.
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
const chunkBytes = 256 * 1024
/**
 * Files up to this size, in bytes, are read at once: a stream dispatches several times to other threads, which takes
 * longer than the read.
 */
const wholeBytes = 256 * 1024
const readDescriptor = promisify(read)

export async function headFile(place: Place): Promise<ObjectInfo | null> {
  try {
    checkNoSymlink(place)
    const stats = await lstat(place.path, { bigint: true })
    return stats.isFile() ? infoOf(stats) : null
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
      ? streamOf(await readBytes(descriptor, start, length))
      : createReadStream('', { fd: descriptor, start, end, highWaterMark: chunkBytes })
    if (options.signal !== undefined) addAbortSignal(options.signal, body)
    return { info, ...(range === undefined ? {} : { range }), length, body }
  } catch (error) {
    throw readError(error, place.location)
  } finally {
    if (closes) closeSync(descriptor)
  }
}

/** Reads a range of a file. Returns fewer bytes if the file ends before. */
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

function streamOf(bytes: Buffer): Readable {
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

/** Reads the bytes of an object as they are at the time of the call. A later write creates another file. */
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
    return { descriptor, info: infoOf(stats) }
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor)
    throw readError(error, place.location)
  }
}

function checkConditions(place: Place, info: ObjectInfo, options: GetOptions): void {
  const changed = options.ifMatch !== undefined && options.ifMatch !== info.etag
  if (!changed && options.ifNoneMatch !== info.etag) return
  const why = changed ? 'has another ETag than the expected one' : 'has not changed'
  throw new HeadgateError('precondition-failed', `Object ${why}: ${place.location}`)
}
