import { setTimeout as sleep } from 'node:timers/promises'
import { isHeadgateError } from '@headgate/errors'
import type { DeleteFailure, Storage } from '@headgate/storage'
import type { JobRun } from '../job-run.ts'
import type { PurgeScope } from './scope.ts'
import { SeenFiles } from './seen-files.ts'

/**
 * Progress of a purge. Each file counts once, unless `SeenFiles` has evicted it. After a crash, files that were
 * deleted since the last save may be counted twice or not at all.
 */
export interface PurgeCounts {
  /**
   * Number of deleted files. The number includes files that did not exist, because the response of an object store does
   * not show whether a deleted file existed.
   */
  deleted: number
  /**
   * Number of files that were kept because they are outside the table's own locations, or in a location of
   * another table.
   */
  spared: number
  /** Number of manifests and similar files that could not be read. They are kept, and files that they name may be kept. */
  unreadable: number
}

export const deleteBatchSize = 1_000
const attempts = 4
const firstPauseMs = 200

/**
 * Deletes the files of one purge in batches. Deletes only files within the scope of the purge, and only while
 * the run holds its lease.
 */
export class PurgedFiles {
  readonly counts: PurgeCounts
  readonly #storage: Storage
  readonly #scope: PurgeScope
  readonly #run: JobRun
  readonly #deleted = new SeenFiles()
  readonly #spared = new SeenFiles()

  constructor(storage: Storage, scope: PurgeScope, run: JobRun, counts: PurgeCounts) {
    this.#storage = storage
    this.#scope = scope
    this.#run = run
    this.counts = counts
  }

  /**
   * Deletes those of the files that the purge may delete, and resolves after the deletion.
   *
   * @throws HeadgateError when the storage fails. The caller must then keep the files that name these files
   */
  async delete(files: readonly string[]): Promise<void> {
    for (let from = 0; from < files.length; from += deleteBatchSize) {
      await this.#deleteBatch(files.slice(from, from + deleteBatchSize))
    }
  }

  async #deleteBatch(files: readonly string[]): Promise<void> {
    const wanted = new Set(files)
    this.#run.check()
    const allowed = await this.#scope.filter([...wanted])
    const gone = new Set(allowed)
    let rest = allowed
    for (let attempt = 1; rest.length > 0; attempt += 1) {
      this.#run.check()
      const { failed } = await this.#storage.deleteMany(rest, { signal: this.#run.signal })
      const again = failed.filter(mayPass)
      for (const failure of failed) if (!mayPass(failure)) gone.delete(failure.location)
      if (again.length > 0 && attempt === attempts) throw again[0]?.error
      rest = again.map(({ location }) => location)
      if (rest.length > 0)
        await sleep(Math.random() * firstPauseMs * 2 ** attempt, undefined, { signal: this.#run.signal })
    }
    this.counts.deleted += this.#deleted.meet(gone)
    this.counts.spared += this.#spared.meet(wanted.difference(gone))
  }
}

/**
 * Returns true if the storage refuses the location as malformed. A retry cannot succeed in this case, but may succeed
 * after every other error.
 */
function mayPass({ error }: DeleteFailure): boolean {
  return !isHeadgateError(error, 'bad-request')
}
