import { HeadgateError, isHeadgateError } from '@headgate/errors'
import {
  AvroError,
  type AvroLimits,
  readManifest,
  readManifestList,
  type ManifestEntry,
  type ManifestFile,
} from '@headgate/iceberg/manifest'
import { sharedCache, type SharedCache } from '../cache.ts'
import { FairQueue } from '../concurrency/fair-queue.ts'
import type { LoopTurns } from '../concurrency/loop-turns.ts'
import { SingleFlight } from '../concurrency/single-flight.ts'

/** Opens a file for reading as a stream. */
export type OpenFile = (location: string, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>

/** Manifest with its entries. Deleted entries, which belong to earlier snapshots, are left out. */
export interface ReadManifest {
  readonly entries: readonly ManifestEntry[]
}

interface CachedList {
  readonly manifests: readonly ManifestFile[]
}

/** Limits of one manifest or manifest list, in bytes after decompression, and in entries. */
const limits = { maxPlainBytes: 256 * 1024 ** 2, maxBlockBytes: 256 * 1024 ** 2 }
const maxEntries = 500_000
/** Estimated number of bytes in memory of an entry, in addition to the bytes of its encoded statistics. */
const bytesPerEntry = 700
/** Time limit of one read in ms. A read continues when its caller disconnects, because others may wait for it. */
const readTimeoutMs = 120_000

/**
 * Reads manifest lists and manifests. Files are immutable and have unique names, so they are cached by their location and
 * length, within a limit of memory. The key begins with the table, so that a table never reads files of another one
 * from the cache.
 */
export class ManifestFiles {
  readonly #manifests: SharedCache<ReadManifest>
  readonly #lists: SharedCache<CachedList>
  readonly #reads = new SingleFlight<ReadManifest>()
  readonly #listReads = new SingleFlight<CachedList>()
  readonly #queue = new FairQueue({ places: 4, perParty: 1_000, waiting: 4_000, patienceMs: readTimeoutMs })
  readonly #turns: LoopTurns

  /**
   * Creates empty caches for manifests and manifest lists.
   *
   * @param maxBytes maximum estimated memory of all cached files
   */
  constructor(maxBytes: number, turns: LoopTurns) {
    this.#manifests = sharedCache({ maxSize: Math.max(1, Math.floor(maxBytes * 0.8)) })
    this.#lists = sharedCache({ maxSize: Math.max(1, Math.floor(maxBytes * 0.2)) })
    this.#turns = turns
  }

  /**
   * Returns the manifests of a manifest list.
   *
   * @throws HeadgateError `damaged-metadata` when the file is missing or malformed; `unsupported` when it is encrypted
   */
  async list(
    table: string,
    location: string,
    open: OpenFile,
    signal: AbortSignal,
  ): Promise<readonly ManifestFile[]> {
    const key = `${table} ${location}`
    const cached = this.#lists.get(key)
    if (cached !== undefined) return cached.manifests
    const work = async (): Promise<CachedList> => {
      const manifests: ManifestFile[] = []
      const size = await this.#read(table, location, open, readManifestList, (batch) => {
        manifests.push(...batch)
        return manifests.length
      })
      this.#lists.set(key, { manifests }, { size })
      return { manifests }
    }
    const read = await this.#listReads.join(key, work, signal)
    return read.manifests
  }

  /**
   * Returns whether the entries of a scan fit in half of the cache. A larger scan should not be cached: it would evict the
   * manifests of other scans, and its own ones before their next use.
   */
  canKeep(entries: number): boolean {
    return entries * bytesPerEntry <= this.#manifests.maxSize / 2
  }

  /**
   * Returns the live entries of a manifest. Throws the errors of `list`.
   *
   * @param keeps whether the entries are cached
   */
  async manifest(
    table: string,
    file: ManifestFile,
    open: OpenFile,
    signal: AbortSignal,
    keeps = true,
  ): Promise<ReadManifest> {
    if (file.keyMetadata !== null)
      throw new HeadgateError(
        'unsupported',
        'The manifests of the table are encrypted. Plan the scan in the client.',
      )
    const key = `${table} ${file.path} ${file.lengthInBytes}`
    const cached = this.#manifests.get(key)
    if (cached !== undefined) return cached
    const work = async (): Promise<ReadManifest> => {
      const entries: ManifestEntry[] = []
      const size = await this.#read(table, file.path, open, readManifest, (batch) => {
        for (const entry of batch) if (entry.status !== 'deleted') entries.push(entry)
        return entries.length
      })
      if (keeps) this.#manifests.set(key, { entries }, { size })
      return { entries }
    }
    return await this.#reads.join(key, work, signal)
  }

  /**
   * Passes the records of a file to `take`, which returns the number of records that it keeps. Returns the estimated
   * memory of the records in bytes. A few files are read at a time, one of each table, which limits the memory.
   */
  async #read<T>(
    table: string,
    location: string,
    open: OpenFile,
    read: (body: AsyncIterable<Uint8Array>, limits: Partial<AvroLimits>) => AsyncIterable<readonly T[]>,
    take: (batch: readonly T[]) => number,
  ): Promise<number> {
    const leave = await this.#queue.enter(table)
    if (leave === null)
      throw new HeadgateError('unavailable', 'Too many scans are being planned. Try again in some seconds.')
    try {
      let [plainBytes, count] = [0, 0]
      await explained(location, async () => {
        const body = await open(location, AbortSignal.timeout(readTimeoutMs))
        const counted = { ...limits, onBlock: (bytes: number) => void (plainBytes += bytes) }
        for await (const batch of read(body, counted)) {
          count = take(batch)
          checkCount(location, count)
          await this.#turns.next()
        }
      })
      return 1_000 + count * bytesPerEntry + plainBytes
    } finally {
      leave()
    }
  }
}

async function explained(location: string, read: () => Promise<void>): Promise<void> {
  try {
    await read()
  } catch (cause) {
    if (cause instanceof AvroError)
      throw new HeadgateError(
        'damaged-metadata',
        `The file ${location} ${cause.message}. Restore it from a backup.`,
        {
          cause,
        },
      )
    if (isHeadgateError(cause, 'no-such-file'))
      throw new HeadgateError(
        'damaged-metadata',
        `The file ${location} of the table does not exist. Restore it from a backup, or roll the table back to an earlier snapshot.`,
        { cause },
      )
    throw cause
  }
}

function checkCount(location: string, count: number): void {
  if (count > maxEntries)
    throw new HeadgateError(
      'unsupported',
      `The file ${location} has more than ${maxEntries} entries. Rewrite the manifests of the table, or plan the scan in the client.`,
    )
}
