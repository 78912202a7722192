import { HeadgateError } from '@headgate/errors'
import { parseObjectLocation } from '@headgate/storage'
import { sharedCache, type SharedCache } from '../cache.ts'
import { SingleFlight } from '../concurrency/single-flight.ts'
import { openSource } from './open-source.ts'
import type { PlanningDeps, ScannedTable } from './plan-scan.ts'
import type { ScanDefinition } from './scan.ts'
import { visitFiles } from './scan-tasks.ts'

/** Canonical locations of the data files and delete files of a scan. */
export interface FilesOfScan {
  readonly locations: ReadonlySet<string>
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
  readonly #deps: Pick<PlanningDeps, 'manifests' | 'deletes' | 'turns'>
  readonly #cache: SharedCache<FilesOfScan> = sharedCache({ maxSize: maxCachedFiles })
  readonly #reads = new SingleFlight<FilesOfScan>()

  constructor(deps: Pick<PlanningDeps, 'manifests' | 'deletes' | 'turns'>) {
    this.#deps = deps
  }

  /**
   * Returns the files of a scan.
   *
   * @param key identifies the scan of the table
   * @param open returns the table and the scan. It is called only for a scan that is not cached
   * @throws HeadgateError `unsupported` when the scan has more than `maxFilesOfScan` files, and errors of `ManifestFiles`
   */
  async get(
    relationId: string,
    key: string,
    open: () => Promise<{ readonly table: ScannedTable; readonly scan: ScanDefinition }>,
  ): Promise<FilesOfScan> {
    const cacheKey = `${relationId} ${key}`
    const cached = this.#cache.get(cacheKey)
    if (cached !== undefined) return cached
    return await this.#reads.join(cacheKey, async () => {
      const { table, scan } = await open()
      const files = await this.#find(table, scan)
      this.#cache.set(cacheKey, files, { size: 1 + files.locations.size })
      return files
    })
  }

  async #find(table: ScannedTable, scan: ScanDefinition): Promise<FilesOfScan> {
    const source = await openSource(this.#deps, table, scan, AbortSignal.timeout(timeoutMs))
    const locations = new Set<string>()
    await visitFiles(source, { manifest: 0, entry: 0 }, source.manifests.length, ({ entry, deletes }) => {
      locations.add(canonical(entry.file.path))
      for (const { file } of deletes) locations.add(canonical(file.path))
      if (locations.size > maxFilesOfScan) throw tooManyFiles()
      return true
    })
    return { locations }
  }
}

function canonical(path: string): string {
  try {
    return parseObjectLocation(path).canonical
  } catch {
    // The gateway serves no object with such a path, so the text never matches.
    return path
  }
}

function tooManyFiles(): HeadgateError {
  return new HeadgateError(
    'unsupported',
    `The scan reads more than ${maxFilesOfScan} files. Plan it again with a narrower filter.`,
  )
}
