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
  /** By name; `Warehouses.get`. */
  readonly warehouses: { get(name: string): Promise<Warehouse | null> }
  /** Default 10 minutes. */
  readonly everyMs?: number
}

const batchSize = 100
/** In one turn; further due claims wait for the next one. */
const maxBatches = 20
/** Seconds between two checks of a place that holds files. */
const recheckSeconds = 86_400
/** A store that does not answer delays its own warehouse only by this time in each turn. */
const listTimeoutMs = 10_000

/**
 * Frees places that relations left and reservations that ended, once a listing finds no object there. Places with files
 * stay retired and are checked again a day later; `headgate storage release` frees them at once. Places for which clients
 * may hold keys of mode `static` stay retired until then.
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
  // The warehouse was deleted while the place was retired.
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
    log.warn({ err: error, location: claim.location }, 'a retired place could not be listed')
  }
  await postponeClaim(sql, claim, recheckSeconds)
}

async function isEmpty({ storage }: Warehouse, location: string, signal: AbortSignal): Promise<boolean> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(listTimeoutMs)])
  for await (const _ of storage.list(location, { pageSize: 1, signal: limited })) return false
  return true
}
