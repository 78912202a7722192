import { constants, lstatSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { HeadgateError } from '@headgate/errors'
import { LRUCache } from 'lru-cache'
import { DirectorySync } from './directory-sync.ts'
import { fillFrom, writeDurably } from './durable-write.ts'
import { deleteFile } from './file-delete.ts'
import { readError } from './file-errors.ts'
import { getFile, headFile, readChunks, readWholeFile } from './file-read.ts'
import { listFiles } from './file-list.ts'
import type { FileModes } from './file-modes.ts'
import { checkNoSymlink, openRoots, resolveObject, type FileRoot, type Place } from './file-roots.ts'
import { sweepRoot } from './file-sweep.ts'
import {
  abortFileUpload,
  completeFileUpload,
  createFileUpload,
  listFileParts,
  writeFilePart,
} from './file-uploads.ts'
import { deleteEach } from './delete-each.ts'
import { systemCode } from './storage-errors.ts'
import type {
  Body,
  CallOptions,
  CompletedPart,
  DeleteFailure,
  GetOptions,
  ListEntry,
  ListOptions,
  ObjectInfo,
  PartInfo,
  PutOptions,
  Storage,
  StorageCapabilities,
  StoredObject,
  SweepOptions,
  SweepResult,
  UploadPartOptions,
  WriteCondition,
} from './storage.ts'
import { toChunks, ofSize, untilAborted } from './streams.ts'
import { checkCondition } from './write-condition.ts'

export interface FileStorageOptions {
  /**
   * Directories of the storage, as locations (`file:///data/warehouse`). The storage never reads or writes files
   * outside these directories.
   */
  readonly roots: readonly string[]
  /** Whether missing directories cause an error. Otherwise the storage creates them. */
  readonly mustBeThere?: boolean
  /**
   * Modes of new files and directories (default: only the user of this process has access). Existing files and
   * directories keep their mode.
   */
  readonly modes?: FileModes
}

/**
 * Stores objects as files below a few directories. A published file never changes, so a reader that has opened a file
 * reads one version of the object.
 *
 * @example
 * ```ts
 * await using storage = new FileStorage({ roots: ['file:///data/warehouse'] })
 * await storage.put('file:///data/warehouse/t/00000.json', bytes, { ifAbsent: true })
 * ```
 */
export class FileStorage implements Storage {
  readonly scheme = 'file'
  readonly capabilities: StorageCapabilities = {
    conditionalPut: true,
    ifMatch: 'process',
    multipart: true,
    minPartSize: 1,
    contentType: false,
  }
  readonly #roots: readonly FileRoot[]
  readonly #sync = new DirectorySync()
  /**
   * Directories in which `existsSync` found no symbolic link within the last second. All other operations check for
   * links in each call.
   */
  readonly #withoutLinks = new LRUCache<string, true>({ max: 10_000, ttl: 1_000 })
  /**
   * Cache of parsed locations for `existsSync`, because parsing a location takes longer than the check of the file.
   */
  readonly #places = new LRUCache<string, Place>({ max: 10_000 })

  constructor(options: FileStorageOptions) {
    this.#roots = openRoots(options.roots, options.mustBeThere, options.modes)
  }

  async head(location: string, options: CallOptions = {}): Promise<ObjectInfo | null> {
    options.signal?.throwIfAborted()
    return headFile(this.#place(location))
  }

  async get(location: string, options: GetOptions = {}): Promise<StoredObject> {
    return getFile(this.#place(location), options)
  }

  async getBytes(location: string, options: CallOptions & { readonly maxBytes: number }): Promise<Buffer> {
    return readWholeFile(this.#place(location), options)
  }

  async put(location: string, body: Body, options: PutOptions = {}): Promise<{ etag: string }> {
    checkCondition(options)
    options.signal?.throwIfAborted()
    const { unreferenced, signal } = options
    const fill = fillFrom(checked(body, options))
    return writeDurably(this.#place(location), this.#sync, options, fill, { unreferenced, signal })
  }

  async delete(location: string, options: CallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()
    await deleteFile(this.#place(location))
  }

  async deleteMany(
    locations: readonly string[],
    options: CallOptions = {},
  ): Promise<{ failed: readonly DeleteFailure[] }> {
    return deleteEach(locations, (location) => this.delete(location), options)
  }

  list(prefix: string, options: ListOptions = {}): AsyncIterable<ListEntry> {
    return listFiles(this.#roots, prefix, options)
  }

  async copy(from: string, to: string, options: CallOptions = {}): Promise<{ etag: string }> {
    const chunks = untilAborted(readChunks(this.#place(from)), options.signal)
    return writeDurably(this.#place(to), this.#sync, {}, fillFrom(chunks), { signal: options.signal })
  }

  async createUpload(location: string, options: CallOptions = {}): Promise<{ uploadId: string }> {
    options.signal?.throwIfAborted()
    return createFileUpload(this.#place(location))
  }

  async uploadPart(
    location: string,
    uploadId: string,
    partNumber: number,
    body: Body,
    options: UploadPartOptions = {},
  ): Promise<{ etag: string }> {
    return writeFilePart(this.#place(location), this.#sync, uploadId, partNumber, checked(body, options))
  }

  listParts(location: string, uploadId: string, options: CallOptions = {}): AsyncIterable<PartInfo> {
    return listFileParts(this.#place(location), uploadId, options)
  }

  async completeUpload(
    location: string,
    uploadId: string,
    parts: readonly CompletedPart[],
    options: CallOptions & WriteCondition = {},
  ): Promise<{ etag: string }> {
    checkCondition(options)
    return completeFileUpload(this.#place(location), this.#sync, uploadId, parts, options)
  }

  async abortUpload(location: string, uploadId: string, options: CallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted()
    await abortFileUpload(this.#place(location), uploadId)
  }

  async check(signal?: AbortSignal): Promise<void> {
    for (const root of this.#roots) {
      signal?.throwIfAborted()
      try {
        await access(root.path, constants.R_OK | constants.W_OK | constants.X_OK)
      } catch (cause) {
        throw new HeadgateError('unavailable', `Directory of the storage cannot be used: ${root.prefix}`, {
          cause,
        })
      }
    }
  }

  existsSync(location: string): boolean {
    let place = this.#places.get(location)
    if (place === undefined) this.#places.set(location, (place = this.#place(location)))
    try {
      const isFile = isFileAt(place.path)
      if (isFile && this.#withoutLinks.get(place.directory) === true) return true
      checkNoSymlink(place)
      if (isFile) this.#withoutLinks.set(place.directory, true)
      return isFile
    } catch (error) {
      throw readError(error, place.location)
    }
  }

  async sweep(options: SweepOptions): Promise<SweepResult> {
    let total: SweepResult = { files: 0, uploads: 0 }
    for (const root of this.#roots) {
      const { files, uploads } = await sweepRoot(root, options)
      total = { files: total.files + files, uploads: total.uploads + uploads }
    }
    return total
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The storage has no open resources between calls.
  }

  #place(location: string): Place {
    return resolveObject(this.#roots, location)
  }
}

/**
 * Returns the body of a write with checks: it fails if its size differs from the announced size, or if the signal
 * aborts.
 */
function checked(body: Body, options: UploadPartOptions): Body {
  if (body instanceof Uint8Array && (options.size === undefined || options.size === body.byteLength))
    return body
  const chunks = untilAborted(toChunks(body), options.signal)
  return options.size === undefined ? chunks : ofSize(chunks, options.size)
}

function isFileAt(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return false
    throw error
  }
}
