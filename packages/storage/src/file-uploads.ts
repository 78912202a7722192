import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HeadgateError } from '@headgate/errors'
import type { DirectorySync } from './directory-sync.ts'
import { fillFrom, writeDurably } from './durable-write.ts'
import { readError, writeError } from './file-errors.ts'
import { formatEtag } from './file-info.ts'
import type { Place } from './file-roots.ts'
import { openUpload, ownDirectory, targetFile, uploadsDirectory } from './file-upload-directory.ts'
import { noSuchUpload, systemCode } from './storage-errors.ts'
import type { Body, CallOptions, CompletedPart, PartInfo, WriteCondition } from './storage.ts'
import { checkPartNumber, checkPartOrder } from './upload-parts.ts'
import { untilAborted } from './streams.ts'

const partName = /^part-(\d{5})$/
/**
 * Suffix of the directory of an upload that has ended. No upload id ends with this suffix. If the process is killed
 * during the removal of such a directory, `sweep` removes the rest.
 */
const endedSuffix = '-ended'
const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW

export async function createFileUpload(place: Place): Promise<{ uploadId: string }> {
  const uploadId = randomBytes(16).toString('hex')
  try {
    const directory = ownDirectory(place, uploadId)
    // Parts get private modes, because only the server reads them before the upload is completed.
    await mkdir(uploadsDirectory(place.root), { mode: 0o700 }).catch((error: unknown) => {
      if (systemCode(error) !== 'EEXIST') throw error
    })
    await mkdir(directory, { mode: 0o700 })
    await writeFile(join(directory, targetFile), place.location, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    throw writeError(error, place.location)
  }
  return { uploadId }
}

export async function writeFilePart(
  place: Place,
  sync: DirectorySync,
  uploadId: string,
  partNumber: number,
  body: Body,
): Promise<{ etag: string }> {
  checkPartNumber(partNumber)
  const directory = await openUpload(place, uploadId)
  const part = { ...place, directory, path: partPath(directory, partNumber) }
  try {
    return await writeDurably(part, sync, {}, fillFrom(body), { makeDirectory: false })
  } catch (error) {
    // The upload was completed or aborted while the part was being written.
    throw await openUpload(place, uploadId).then(
      () => error,
      (gone: unknown) => gone,
    )
  }
}

export async function* listFileParts(
  place: Place,
  uploadId: string,
  options: CallOptions,
): AsyncGenerator<PartInfo> {
  const directory = await openUpload(place, uploadId)
  let names: string[]
  try {
    names = await readdir(directory)
  } catch (error) {
    throw systemCode(error) === 'ENOENT'
      ? noSuchUpload(place.location, error)
      : readError(error, place.location)
  }
  for (const name of names.toSorted()) {
    options.signal?.throwIfAborted()
    const digits = partName.exec(name)?.[1]
    if (digits === undefined) continue
    const part = await partInfo(place, directory, Number(digits))
    if (part !== undefined) yield part
  }
}

export async function completeFileUpload(
  place: Place,
  sync: DirectorySync,
  uploadId: string,
  parts: readonly CompletedPart[],
  options: CallOptions & WriteCondition,
): Promise<{ etag: string }> {
  checkPartOrder(parts)
  const directory = await openUpload(place, uploadId)
  for (const { partNumber, etag } of parts) {
    options.signal?.throwIfAborted()
    const found = await partInfo(place, directory, partNumber)
    if (found?.etag !== etag) throw otherPart(partNumber)
  }
  const written = await writeDurably(
    place,
    sync,
    options,
    fillFrom(untilAborted(concatenated(place, directory, parts), options.signal)),
    { signal: options.signal },
  )
  await discard(place, directory)
  return written
}

export async function abortFileUpload(place: Place, uploadId: string): Promise<void> {
  try {
    await discard(place, await openUpload(place, uploadId))
  } catch (error) {
    if (error instanceof HeadgateError && error.code === 'no-such-upload') return
    throw error
  }
}

async function partInfo(place: Place, directory: string, partNumber: number): Promise<PartInfo | undefined> {
  try {
    const stats = await lstat(partPath(directory, partNumber), { bigint: true })
    return {
      partNumber,
      size: Number(stats.size),
      etag: formatEtag(stats),
      lastModified: Number(stats.mtimeMs),
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw readError(error, place.location)
  }
}

function partPath(directory: string, partNumber: number): string {
  return join(directory, `part-${String(partNumber).padStart(5, '0')}`)
}

/**
 * Reads the parts of an upload one after the other. A client may replace a part in the meantime, so the ETag of each
 * part is compared again after the file was opened. A later replacement does not change the open file.
 */
async function* concatenated(
  place: Place,
  directory: string,
  parts: readonly CompletedPart[],
): AsyncGenerator<Uint8Array> {
  for (const { partNumber, etag } of parts) {
    const file = await open(partPath(directory, partNumber), readFlags).catch((error: unknown) => {
      throw systemCode(error) === 'ENOENT' ? noSuchUpload(place.location, error) : error
    })
    try {
      if (formatEtag(await file.stat({ bigint: true })) !== etag) throw otherPart(partNumber)
      yield* file.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false })
    } finally {
      await file.close()
    }
  }
}

/**
 * Removes the directory of an upload. It renames the directory first, so that running writes of parts fail and leave
 * no file.
 */
async function discard(place: Place, directory: string): Promise<void> {
  const ended = `${directory}${endedSuffix}`
  try {
    await rename(directory, ended)
    await rm(ended, { recursive: true, force: true })
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw writeError(error, place.location)
  }
}

function otherPart(partNumber: number): HeadgateError {
  return new HeadgateError('bad-request', `Part ${partNumber} is missing, or its ETag differs`)
}
