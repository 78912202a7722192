import { HeadgateError } from '@headgate/errors'
import { sharedCache, type SharedCache } from '../cache.ts'
import { SingleFlight } from '../concurrency/single-flight.ts'
import { canonicalFile } from './canonical-file.ts'
import { openSource } from './open-source.ts'
import type { ScannedTable, SourceDeps } from './scanned-table.ts'
import type { ScanDefinition } from './scan.ts'
import { visitFiles } from './scan-tasks.ts'

/** Canonical locations of the data files and delete files of a scan. */
export interface FilesOfScan {
  readonly locations: ReadonlySet<string>
}

/** Scan with its table. */
export interface OpenedScan {
  readonly table: ScannedTable
  readonly scan: ScanDefinition
  /** Canonical locations of the files that the caller may read. Null: all files. */
  readonly permitted: ReadonlySet<string> | null
}

/** Maximum number of files of one scan, and of all cached scans. A file needs about 200 bytes. */
export const maxFilesOfScan = 500_000
const maxCachedFiles = 2_000_000
/** Time limit in ms. The work continues when its caller disconnects, because others may wait for it. */
const timeoutMs = 120_000

/**
 * Finds the files that scans read, for credentials that are limited to them. The result is cached: snapshots are
 * immutable, so that a scan always has the same files.
 */
export class PlannedFiles {
  readonly #deps: SourceDeps
  readonly #cache: SharedCache<FilesOfScan> = sharedCache({ maxSize: maxCachedFiles })
  readonly #reads = new SingleFlight<FilesOfScan>()

  constructor(deps: SourceDeps) {
    this.#deps = deps
  }

  /**
   * Returns the files of a scan.
   *
   * @param key identifies the scan of the table
   * @param open returns the table and the scan. It is called only for a scan that is not cached
   * @throws HeadgateError `unsupported` when the scan has more than `maxFilesOfScan` files, and errors of `ManifestFiles`
   */
  async get(relationId: string, key: string, open: () => Promise<OpenedScan>): Promise<FilesOfScan> {
    const cacheKey = `${relationId} ${key}`
    const cached = this.#cache.get(cacheKey)
    if (cached !== undefined) return cached
    return await this.#reads.join(cacheKey, async () => {
      const files = await this.#find(await open())
      this.#cache.set(cacheKey, files, { size: 1 + files.locations.size })
      return files
    })
  }

  async #find({ table, scan, permitted }: OpenedScan): Promise<FilesOfScan> {
    const signal = AbortSignal.timeout(timeoutMs)
    const source = { ...(await openSource(this.#deps, table, scan, signal)), permitted }
    const locations = new Set<string>()
    await visitFiles(source, { manifest: 0, entry: 0 }, source.manifests.length, ({ entry, deletes }) => {
      locations.add(canonicalFile(entry.file.path))
      for (const { file } of deletes) locations.add(canonicalFile(file.path))
      if (locations.size > maxFilesOfScan) throw tooManyFiles()
      return true
    })
    return { locations }
  }
}

function tooManyFiles(): HeadgateError {
  return new HeadgateError(
    'unsupported',
    `The scan reads more than ${maxFilesOfScan} files. Plan it again with a narrower filter.`,
  )
}
