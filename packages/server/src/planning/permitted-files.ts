import { HeadgateError } from '@headgate/errors'
import { matchesWholeFile, parseFilter, residualFor } from '@headgate/iceberg/expression'
import type { ManifestFile } from '@headgate/iceberg/manifest'
import type { Int64 } from '@headgate/json'
import { sharedCache, type SharedCache } from '../cache.ts'
import { SingleFlight } from '../concurrency/single-flight.ts'
import { canonicalFile } from './canonical-file.ts'
import type { DeleteFile } from './delete-index.ts'
import { openSource } from './open-source.ts'
import type { ScannedTable, SourceDeps } from './scanned-table.ts'
import { type TaskSource, visitFiles } from './scan-tasks.ts'

/** Files of a snapshot that contain only rows that a condition permits, and the manifests that can contain them. */
interface PermittedFilesOf {
  readonly locations: ReadonlySet<string>
  readonly manifests: readonly ManifestFile[]
  /** File with permitted and other rows. Null: the files decide about all rows. */
  readonly mixed: string | null
}

/** Maximum number of files of one snapshot, and of all cached snapshots. A file needs about 200 bytes. */
const maxFiles = 500_000
const maxCachedFiles = 2_000_000
/** Time limit in ms. The work continues when its caller disconnects, because others may wait for it. */
const timeoutMs = 120_000

/**
 * Finds the files of snapshots that a caller with a restricted grant may read. The result depends only on the snapshot and
 * the condition, and never on the filter of a scan: otherwise, refusals would reveal statistics of other rows.
 */
export class PermittedFiles {
  readonly #deps: SourceDeps
  readonly #cache: SharedCache<PermittedFilesOf> = sharedCache({ maxSize: maxCachedFiles })
  readonly #reads = new SingleFlight<PermittedFilesOf>()

  constructor(deps: SourceDeps) {
    this.#deps = deps
  }

  /**
   * Returns the canonical locations of the data files of which all rows satisfy a condition, and of their delete files,
   * and the manifests that can contain these data files. Files without such rows are left out.
   *
   * @param rows condition, in the text form of `parseFilter`
   * @throws HeadgateError `forbidden` when a file contains permitted and other rows, or when the condition does not fit
   *   the table, and errors of `ManifestFiles`
   */
  async get(table: ScannedTable, snapshotId: Int64, rows: string): Promise<Omit<PermittedFilesOf, 'mixed'>> {
    const list = table.metadata.snapshots.find((each) => each['snapshot-id'] === snapshotId)?.[
      'manifest-list'
    ]
    const { 'current-schema-id': schemaId } = table.metadata
    const key = JSON.stringify([table.relationId, list ?? '', schemaId, rows])
    const found =
      this.#cache.get(key) ?? (await this.#reads.join(key, () => this.#find(key, table, snapshotId, rows)))
    if (found.mixed !== null) throw mixedFile(found.mixed)
    return found
  }

  async #find(key: string, table: ScannedTable, snapshotId: Int64, rows: string): Promise<PermittedFilesOf> {
    const scan = {
      snapshotId,
      after: null,
      schemaId: table.metadata['current-schema-id'],
      filter: parseFilter(rows),
      caseSensitive: true,
      statsColumns: [],
    }
    const source = await openSource(this.#deps, table, scan, AbortSignal.timeout(timeoutMs)).catch(explained)
    const locations = new Set<string>()
    const deletes = new Set<DeleteFile>()
    let mixed: string | null = null
    await visitFiles(source, { manifest: 0, entry: 0 }, source.manifests.length, (scanned) => {
      const { file } = scanned.entry
      if (scanned.residual.filter !== true && !matchesWholeFile(scanned.residual.filter, file))
        mixed = file.path
      locations.add(canonicalFile(file.path))
      for (const each of scanned.deletes) deletes.add(each)
      if (locations.size > maxFiles) throw tooManyFiles()
      return mixed === null
    })
    for (const each of deletes) {
      const isOnly = source.deletes.sharing(each).every((one) => isPermitted(source, one, locations))
      if (!isOnly) mixed ??= each.file.path
    }
    for (const { file } of deletes) locations.add(canonicalFile(file.path))
    const { manifests } = source
    const found = { locations: mixed === null ? locations : new Set<string>(), manifests, mixed }
    this.#cache.set(key, found, { size: 1 + found.locations.size })
    return found
  }
}

/**
 * Returns whether a delete file says something only about permitted rows: it applies to one data file with such rows, or
 * belongs to a partition of which all rows are permitted.
 *
 * @param dataFiles canonical locations of the permitted data files
 */
function isPermitted(
  { filters }: TaskSource,
  { specId, file, dataFile }: DeleteFile,
  dataFiles: ReadonlySet<string>,
): boolean {
  if (dataFile !== null && dataFiles.has(canonicalFile(dataFile))) return true
  const filter = filters.get(specId)
  return filter !== undefined && residualFor(filter, file.partition) === true
}

function explained(error: unknown): never {
  if (error instanceof HeadgateError && error.code === 'bad-request')
    throw new HeadgateError(
      'forbidden',
      'The row filter of your grant does not fit the columns of this table. Ask an administrator to correct it.',
      { cause: error },
    )
  throw error
}

function mixedFile(path: string): HeadgateError {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return new HeadgateError(
    'forbidden',
    `The table has files with rows that your grant permits and with other rows, such as ${name}, so the server cannot enforce the row filter. Use an engine whose entry has --enforces-restrictions, or partition the table by the columns of the filter.`,
  )
}

function tooManyFiles(): HeadgateError {
  return new HeadgateError(
    'forbidden',
    `The row filter of your grant permits more than ${maxFiles} files, which the server cannot check. Use an engine whose entry has --enforces-restrictions.`,
  )
}
