import { setTimeout as sleep } from 'node:timers/promises'
import { isHeadgateError } from '@headgate/errors'
import type { DeleteFailure, Storage } from '../../storage/storage.ts'
import type { JobRun } from '../job-run.ts'
import type { PurgeScope } from './scope.ts'
import { SeenFiles } from './seen-files.ts'

/**
 * What a purge has done so far. Each file counts once, as far as `SeenFiles` remembers; after a crash, what was deleted
 * since the last save is counted again or not at all.
 */
export interface PurgeCounts {
  /** Files that are gone now, also those that were gone before: a store does not tell them apart. */
  deleted: number
  /** Files that were named but belong to others or lie outside, and stay. */
  spared: number
  /** Manifests and the like that could not be read: they stay, and what they name may stay. */
  unreadable: number
}

export const deleteBatchSize = 1_000
const attempts = 4
const firstPauseMs = 200

/** Deletes files on behalf of one purge: within its scope, in batches, and only while the job is ours. */
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
   * Resolves when all of them are gone that may go.
   *
   * @throws HeadgateError when storage fails: nothing that names these files may be deleted then
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

/** What the storage calls no location at all will never go; everything else may, when somebody mends it. */
function mayPass({ error }: DeleteFailure): boolean {
  return !isHeadgateError(error, 'bad-request')
}
