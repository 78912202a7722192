import type { TableMetadata } from '@headgate/iceberg/metadata'
import type { Storage } from '../../storage/storage.ts'
import { inParallel } from './in-parallel.ts'
import { type ManifestReading, readManifest, readManifestList } from './manifest-files.ts'
import type { PurgedFiles } from './purged-files.ts'
import type { PurgeScope } from './scope.ts'

const manifestsAtATime = 4
/** Manifests that are remembered as done, so that those shared by many snapshots are not looked for again and again. */
const maxRemembered = 100_000

type Snapshot = TableMetadata['snapshots'][number]

export interface SnapshotPurgeOptions {
  readonly storage: Storage
  readonly files: PurgedFiles
  readonly scope: PurgeScope
  readonly signal: AbortSignal
  /** False (`gc.enabled=false`): the data files may be another table's and stay. */
  readonly withData: boolean
}

/**
 * Deletes what snapshots consist of. A file that names others goes only when all of those are gone, and a missing one
 * counts as finished: so a purge that died anywhere starts anew and finds exactly what is left.
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
      async (manifest) => [manifest, await this.#purgeFilesOf(manifest)] as const,
    )
    await this.#settle(readings)
    if (this.#done.size + fresh.length > maxRemembered) this.#done.clear()
    for (const manifest of fresh) this.#done.add(manifest)
  }

  async #purgeFilesOf(manifest: string): Promise<ManifestReading> {
    const { storage, files, scope, signal, withData } = this.#options
    // Deleting it will be refused, and counted, by the scope.
    if (!withData || !scope.reaches(manifest)) return 'read'
    return readManifest(storage, manifest, signal, (paths) => files.delete(paths))
  }

  /** Deletes files that named others, now that those are gone. */
  async #settle(readings: readonly (readonly [string, ManifestReading])[]): Promise<void> {
    const { files } = this.#options
    files.counts.unreadable += readings.filter(([, reading]) => reading === 'unreadable').length
    await files.delete(readings.filter(([, reading]) => reading === 'read').map(([location]) => location))
  }
}
