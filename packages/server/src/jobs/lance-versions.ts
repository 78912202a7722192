import type { CatalogDeps } from '../catalog/deps.ts'
import { settleVersions } from '../catalog/lance/settle-versions.ts'
import type { Warehouses } from '../catalog/warehouses.ts'
import { forgetRemovedVersions, listUnsettledTables } from '../store/lance-versions.ts'
import type { Sweep } from './jobs.ts'

const batchSize = 100

/** Removes what killed processes left of commits to Lance tables: expired batches, and manifests of hidden versions. */
export function lanceVersionsSweep({
  warehouses,
  log,
  ...deps
}: Pick<CatalogDeps, 'sql' | 'maxMetadataBytes' | 'log'> & {
  readonly warehouses: Pick<Warehouses, 'get'>
}): Sweep {
  return {
    name: 'lance-versions',
    everyMs: 60_000,
    // A run can take long, because a storage may not respond.
    takesLong: true,
    async run(signal) {
      await forgetRemovedVersions(deps.sql)
      for (const { relationId, warehouse: name } of await listUnsettledTables(deps.sql, batchSize)) {
        try {
          const warehouse = await warehouses.get(name)
          if (warehouse !== null)
            await settleVersions(deps, { relationId, storage: warehouse.storage }, signal)
        } catch (err) {
          signal.throwIfAborted()
          log.warn({ err, warehouse: name }, 'hidden versions of a Lance table were not removed')
        }
      }
    },
  }
}
