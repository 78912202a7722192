import { MetadataTextCache } from '../catalog/metadata-text-cache.ts'
import { GroupCommit } from '../catalog/commit/group-commit.ts'
import { LastCommitCache } from '../catalog/commit/last-commit-cache.ts'
import { DecodedMetadataCache } from '../catalog/decoded-metadata-cache.ts'
import { KeyedMutex } from '../concurrency/keyed-mutex.ts'
import type { PlanningDeps } from '../planning/plan-scan.ts'
import type { Upstreams } from '../upstream/upstreams.ts'
import type { Warehouses } from '../catalog/warehouses.ts'
import type { ContextOptions } from '../context-options.ts'
import type { Policies } from '../access/policies.ts'
import type { IcebergDeps } from '../iceberg/deps.ts'
import type { OpenedCredentials } from './open-credentials.ts'

/** Maximum size of a metadata file in bytes. A larger file is most likely an error of its writer. */
const maxMetadataBytes = 256 * 1024 * 1024

/** Opens the caches of the catalog, and returns the dependencies of its operations. */
export async function openCatalog(
  options: ContextOptions,
  stack: AsyncDisposableStack,
  {
    policies,
    warehouses,
    upstreams,
    planning,
    wakeJobs,
    ...opened
  }: OpenedCredentials & {
    readonly policies: Policies
    readonly warehouses: Warehouses
    readonly upstreams: Upstreams
    readonly planning: PlanningDeps
    readonly wakeJobs: () => void
  },
): Promise<IcebergDeps> {
  const { sql, log, limits, metadataCacheBytes, namespaceSeparator } = options
  const lastCommits = new LastCommitCache()
  stack.use(
    await sql.listen('headgate', (payload) => {
      // A null payload means that notifications may have been lost, and that the server may now be connected to another
      // database.
      if (payload === null) lastCommits.clear()
    }),
  )
  return {
    sql,
    groupCommit: new GroupCommit(sql),
    metadataTexts: new MetadataTextCache({ maxBytes: metadataCacheBytes, maxFileBytes: maxMetadataBytes }),
    decodedTables: new DecodedMetadataCache(metadataCacheBytes / 2),
    decodedViews: new DecodedMetadataCache(metadataCacheBytes / 8),
    log,
    rowLimitBytes: options.metadataRowLimitBytes,
    maxMetadataBytes,
    now: Date.now,
    warehouses,
    upstreams,
    planning,
    policies,
    issuer: opened.issuer,
    storageKeys: opened.storageKeys,
    refresh: opened.refresh,
    signingKeys: opened.signingKeys,
    commitQueues: new KeyedMutex(),
    lastCommits,
    idempotency: { sql, lifetimeSeconds: options.idempotencyLifetimeSeconds },
    nameLimits: {
      maxNameBytes: limits.maxNameBytes,
      maxNamespaceBytes: 4 * limits.maxNameBytes,
      maxLevels: 32,
    },
    namespaceSeparator,
    maxPageSize: limits.maxPageSize,
    defaultWarehouse: options.defaultWarehouse,
    verifyMetadataFiles: options.verifyMetadataFiles,
    wakeJobs,
  }
}
