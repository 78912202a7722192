import { constants } from 'node:fs'
import { lstat, open, type FileHandle } from 'node:fs/promises'
import { addAbortSignal, Readable } from 'node:stream'
import { HeadgateError } from '@headgate/errors'
import { resolveRange } from './byte-range.ts'
import { readError } from './file-errors.ts'
import { infoOf } from './file-info.ts'
import { checkNoSymlink, type Place } from './file-roots.ts'
import { noSuchFile, systemCode } from './storage-errors.ts'
import type { CallOptions, GetOptions, ObjectInfo, StoredObject } from './storage.ts'
import { tooLarge } from './streams.ts'

// Never waits for the other end of a pipe that someone has put there, never follows a link.
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
const chunkBytes = 256 * 1024

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
  const { handle, info } = await openFile(place)
  try {
    checkConditions(place, info, options)
    const range = options.range === undefined ? undefined : resolveRange(options.range, info.size)
    const { start, end } = range ?? { start: 0, end: info.size - 1 }
    const body =
      end < start ? await emptied(handle) : handle.createReadStream({ start, end, highWaterMark: chunkBytes })
    if (options.signal !== undefined) addAbortSignal(options.signal, body)
    return { info, ...(range === undefined ? {} : { range }), length: end - start + 1, body }
  } catch (error) {
    await handle.close()
    throw error
  }
}

export async function readWholeFile(
  place: Place,
  options: CallOptions & { maxBytes: number },
): Promise<Buffer> {
  options.signal?.throwIfAborted()
  const { handle, info } = await openFile(place)
  try {
    if (info.size > options.maxBytes) throw tooLarge(place.location, options.maxBytes)
    return await handle.readFile()
  } catch (error) {
    throw readError(error, place.location)
  } finally {
    await handle.close()
  }
}

/** The bytes of an object as they are when this is called: one written later is another file. */
export async function* readChunks(place: Place): AsyncGenerator<Uint8Array> {
  yield* (await getFile(place, {})).body
}

async function openFile(place: Place): Promise<{ handle: FileHandle; info: ObjectInfo }> {
  let handle: FileHandle | undefined
  try {
    checkNoSymlink(place)
    handle = await open(place.path, flags)
    const stats = await handle.stat({ bigint: true })
    if (!stats.isFile()) throw noSuchFile(place.location)
    return { handle, info: infoOf(stats) }
  } catch (error) {
    await handle?.close()
    throw readError(error, place.location)
  }
}

function checkConditions(place: Place, info: ObjectInfo, options: GetOptions): void {
  const changed = options.ifMatch !== undefined && options.ifMatch !== info.etag
  if (!changed && options.ifNoneMatch !== info.etag) return
  const why = changed ? 'is not the expected one' : 'has not changed'
  throw new HeadgateError('precondition-failed', `Object ${why}: ${place.location}`)
}

async function emptied(handle: FileHandle): Promise<Readable> {
  await handle.close()
  return Readable.from([])
}
