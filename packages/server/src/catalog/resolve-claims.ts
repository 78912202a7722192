import { isDeepStrictEqual } from 'node:util'
import { parseLocation } from '@headgate/storage'
import { hasUncomparedClaims, markOverlaps, setClaimsUncompared } from '../store/claim-overlaps.ts'
import { lockLocations } from '../store/location-claims.ts'
import type { Sql } from '../store/sql.ts'
import {
  listUnresolved,
  replaceWarehouseClaims,
  resolveClaim,
  resolveClaimsBelow,
} from '../store/warehouse-claims.ts'
import { holdWarehousePlace, listWarehousePlaces, type WarehousePlace } from '../store/warehouse-writes.ts'
import { warehouseClaims } from './check-place.ts'
import { storedPlaceRules, storedProfile } from './stored-places.ts'

const pageSize = 1_000

/**
 * Computes and stores the physical locations of the location claims of all warehouses, and of claims that an
 * earlier version stored without physical locations. Runs at each start of a server, after the migrations and
 * before the first request. Other replicas may change warehouses at the same time. Marks existing overlaps
 * instead of refusing them.
 *
 * @returns names of the warehouses whose storage profile cannot be read. Their location claims have no
 *   physical locations
 */
export async function resolveClaims(sql: Sql): Promise<string[]> {
  const unreadable: string[] = []
  for (const warehouse of await listWarehousePlaces(sql)) {
    if (!(await resolveWarehouse(sql, warehouse))) unreadable.push(warehouse.name)
  }
  await compareClaims(sql)
  return unreadable
}

async function resolveWarehouse(sql: Sql, warehouse: WarehousePlace): Promise<boolean> {
  const { id, storage, allowedLocations } = warehouse
  const read = readPlaces(storage, allowedLocations)
  if (read === null) return false
  const { claims, rules, resolvePlace } = read
  const current = await sql.transaction(async (tx) => {
    await lockLocations(tx)
    const stored = await holdWarehousePlace(tx, id)
    if (isDeepStrictEqual(stored, warehouse)) {
      let changed = await replaceWarehouseClaims(tx, id, claims)
      for (const rule of rules) changed += await resolveClaimsBelow(tx, id, rule)
      if (changed > 0) await setClaimsUncompared(tx, id)
    }
    return stored
  })
  if (current === null) return true
  if (!isDeepStrictEqual(current, warehouse)) return await resolveWarehouse(sql, current)
  // The transaction above resolves the claims in locations that the warehouse allows. This loop resolves all other
  // claims.
  for (let resolved = 0; ;) {
    const rows = await listUnresolved(sql, id, pageSize)
    for (const row of rows) await resolveClaim(sql, row, resolvePlace(parseLocation(row.location)))
    resolved += rows.length
    if (rows.length === pageSize) continue
    if (resolved > 0) await setClaimsUncompared(sql, id)
    return true
  }
}

/**
 * Marks overlapping location claims if physical locations were recorded, by this server or by a server that
 * stopped before it marked the overlaps.
 */
async function compareClaims(sql: Sql): Promise<void> {
  if (!(await hasUncomparedClaims(sql))) return
  await sql.transaction(async (tx) => {
    await lockLocations(tx)
    await markOverlaps(tx)
  })
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
