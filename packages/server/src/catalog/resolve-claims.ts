import { parseLocation } from '../storage/location.ts'
import { lockLocations } from '../store/location-claims.ts'
import type { Sql } from '../store/sql.ts'
import {
  listUnresolved,
  replaceWarehouseClaims,
  resolveClaim,
  resolveClaimsBelow,
} from '../store/warehouse-claims.ts'
import { listWarehousePlaces, type WarehousePlace } from '../store/warehouse-writes.ts'
import { warehouseClaims } from './check-place.ts'
import { storedPlaceRules, storedProfile } from './stored-places.ts'

const pageSize = 1_000

/**
 * Records the physical places of all warehouses, and of claims from before physical places were recorded. Runs at each
 * start after the migrations and before the first request. Existing overlaps are recorded as they are.
 *
 * @returns names of warehouses whose stored storage profile cannot be read; their claims stay unresolved
 */
export async function resolveClaims(sql: Sql): Promise<string[]> {
  const unreadable: string[] = []
  for (const warehouse of await listWarehousePlaces(sql)) {
    if (!(await resolveWarehouse(sql, warehouse))) unreadable.push(warehouse.name)
  }
  return unreadable
}

async function resolveWarehouse(sql: Sql, warehouse: WarehousePlace): Promise<boolean> {
  const { id, storage, allowedLocations } = warehouse
  const read = readPlaces(storage, allowedLocations)
  if (read === null) return false
  const { claims, rules, placeOf } = read
  await sql.transaction(async (tx) => {
    await lockLocations(tx)
    await replaceWarehouseClaims(tx, id, claims)
    for (const rule of rules) await resolveClaimsBelow(tx, id, rule)
  })
  // Locations that the warehouse does not allow any more are resolved one by one.
  for (;;) {
    const rows = await listUnresolved(sql, id, pageSize)
    for (const row of rows) await resolveClaim(sql, row, placeOf(parseLocation(row.location)))
    if (rows.length < pageSize) return true
  }
}

function readPlaces(
  storage: WarehousePlace['storage'],
  allowedLocations: readonly string[],
): (ReturnType<typeof storedPlaceRules> & { readonly claims: ReturnType<typeof warehouseClaims> }) | null {
  try {
    const claims = warehouseClaims(storedProfile(storage), allowedLocations)
    return { ...storedPlaceRules({ storage, allowedLocations }), claims }
  } catch {
    return null
  }
}
