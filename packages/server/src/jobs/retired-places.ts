import type { Warehouse } from '../catalog/warehouses.ts'
import type { Log } from '../log.ts'
import {
  type DueClaim,
  holdClaim,
  listDueClaims,
  postponeClaim,
  releaseClaim,
} from '../store/retired-claims.ts'
import type { Sql } from '../store/sql.ts'
import type { Sweep } from './jobs.ts'

export interface RetiredPlacesDeps {
  readonly sql: Sql
  readonly log: Log
  /** Finds a warehouse by its name, as `Warehouses.get` does. */
  readonly warehouses: { get(name: string): Promise<Warehouse | null> }
  /** Interval in ms between two runs. Default 10 minutes. */
  readonly everyMs?: number
}

const batchSize = 100
/** Maximum number of batches of location claims in one run. The next run checks the remaining claims. */
const maxBatches = 20
/** Seconds between two checks of a retired location that contains files. */
const recheckSeconds = 86_400
/**
 * Time limit in ms of one listing, so that an object store that does not respond delays a run only by this
 * time.
 */
const listTimeoutMs = 10_000

/**
 * Releases retired locations (left by a table, view or ended reservation) in which a listing finds no object,
 * so that new tables can use them. A location with files stays retired, and is checked again a day later. A
 * location for which clients may have credentials of mode `static` is never released automatically. `headgate
 * storage release` releases both kinds.
 */
export function retiredPlacesSweep(deps: RetiredPlacesDeps): Sweep {
  const { sql, everyMs = 10 * 60_000 } = deps
  return {
    name: 'retired-places',
    everyMs,
    takesLong: true,
    async run(signal) {
      for (let batch = 0; batch < maxBatches; batch += 1) {
        const due = await listDueClaims(sql, batchSize)
        for (const claim of due) {
          signal.throwIfAborted()
          await checkClaim(deps, claim, signal)
        }
        if (due.length < batchSize) return
      }
    },
  }
}

async function checkClaim(deps: RetiredPlacesDeps, claim: DueClaim, signal: AbortSignal): Promise<void> {
  const { sql, log, warehouses } = deps
  if (claim.hasStaticKeys) return holdClaim(sql, claim)
  // The warehouse was deleted while the location was retired, so the location cannot be listed.
  if (claim.warehouse === null) {
    await releaseClaim(sql, claim)
    return
  }
  const warehouse = await warehouses.get(claim.warehouse)
  try {
    if (warehouse?.id === claim.warehouseId && (await isEmpty(warehouse, claim.location, signal))) {
      await releaseClaim(sql, claim)
      return
    }
  } catch (error) {
    signal.throwIfAborted()
    log.warn(
      { err: error, location: claim.location },
      'the objects in the location of a deleted table could not be listed',
    )
  }
  await postponeClaim(sql, claim, recheckSeconds)
}

async function isEmpty({ storage }: Warehouse, location: string, signal: AbortSignal): Promise<boolean> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(listTimeoutMs)])
  for await (const _ of storage.list(location, { pageSize: 1, signal: limited })) return false
  return true
}
