import type { TableMetadata } from '@headgate/iceberg/metadata'
import type { Storage } from '@headgate/storage'
import { inParallel } from './in-parallel.ts'
import { type ManifestReading, readManifest, readManifestList } from './manifest-files.ts'
import type { PurgedFiles } from './purged-files.ts'
import type { PurgeScope } from './scope.ts'

const manifestsAtATime = 4
/**
 * Maximum number of manifests that the purge records as finished, so that it does not read a manifest again for each
 * snapshot that contains the manifest.
 */
const maxCached = 100_000

type Snapshot = TableMetadata['snapshots'][number]

export interface SnapshotPurgeOptions {
  readonly storage: Storage
  readonly files: PurgedFiles
  readonly scope: PurgeScope
  readonly signal: AbortSignal
  /**
   * False for tables with `gc.enabled=false`: data files are kept, because they may belong to another table.
   */
  readonly withData: boolean
}

/**
 * Deletes the files of snapshots. A file is deleted only after all files that it names. If a file is missing, the files
 * that it named were therefore deleted before, so an interrupted purge can start again and finds exactly the remaining
 * files.
 */
export class SnapshotPurge {
  readonly #options: SnapshotPurgeOptions
  readonly #done = new Set<string>()

  constructor(options: SnapshotPurgeOptions) {
    this.#options = options
  }

  async purge(snapshot: Snapshot): Promise<void> {
    const { storage, files, scope, signal } = this.#options
    const list = snapshot['manifest-list']
    if (list === undefined) {
      await this.#purgeManifests(snapshot.manifests ?? [])
      return
    }
    if (!scope.reaches(list)) {
      files.counts.spared += 1
      return
    }
    const reading = await readManifestList(storage, list, signal, (manifests) =>
      this.#purgeManifests(manifests),
    )
    await this.#settle([[list, reading]])
  }

  async #purgeManifests(manifests: readonly string[]): Promise<void> {
    const fresh = [...new Set(manifests)].filter((manifest) => !this.#done.has(manifest))
    const readings = await inParallel(
      fresh,
      manifestsAtATime,
      async (manifest) => [manifest, await this.#purgeManifest(manifest)] as const,
    )
    await this.#settle(readings)
    if (this.#done.size + fresh.length > maxCached) this.#done.clear()
    for (const manifest of fresh) this.#done.add(manifest)
  }

  async #purgeManifest(manifest: string): Promise<ManifestReading> {
    const { storage, files, scope, signal, withData } = this.#options
    // A manifest outside the scope of the purge is not read, so its files are kept. `#settle` keeps and counts
    // the manifest itself.
    if (!withData || !scope.reaches(manifest)) return 'read'
    return readManifest(storage, manifest, signal, (paths) => files.delete(paths))
  }

  /** Deletes manifests and manifest lists after the files that they name. */
  async #settle(readings: readonly (readonly [string, ManifestReading])[]): Promise<void> {
    const { files } = this.#options
    files.counts.unreadable += readings.filter(([, reading]) => reading === 'unreadable').length
    await files.delete(readings.filter(([, reading]) => reading === 'read').map(([location]) => location))
  }
}
