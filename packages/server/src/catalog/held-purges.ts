import { canonicalPrefix, parseLocation } from '@headgate/storage'
import { type ForeignHome, listForeignHomes } from '../store/claim-overlaps.ts'
import type { Queryable } from '../store/sql.ts'
import type { Finding } from './finding.ts'

/** Maximum number of overlaps in the result. */
const maxFindings = 5

export interface HeldPurgesDeps {
  readonly sql: Queryable
  /** Returns whether the result may contain the name and the locations of another warehouse. */
  readonly mayName: (warehouse: {
    readonly id: string
    readonly name: string
    readonly ownerId: string
  }) => boolean
}

/**
 * Finds locations of other warehouses that overlap with the locations of this warehouse, because a purge
 * never deletes files at a location that belongs to two warehouses. Returns an empty list when no locations
 * overlap.
 */
export async function findHeldPurges(deps: HeldPurgesDeps, warehouseId: string): Promise<Finding[]> {
  const homes = await listForeignHomes(deps.sql, warehouseId, maxFindings)
  return homes.map((home) => ({ name: 'purge', ok: false, message: describeHeldPurge(home, deps.mayName) }))
}

function describeHeldPurge(home: ForeignHome, mayName: HeldPurgesDeps['mayName']): string {
  const { kind, covers, own } = home
  const held = `Files of purged tables are never deleted ${covers ? `in ${own}` : `in a part of ${own}`}`
  if (!mayName({ id: home.warehouseId, name: home.warehouse, ownerId: home.ownerId }))
    return `${held}, because the location also belongs to another warehouse. Ask a holder of administer-storage on the server to run this check.`
  const location = findWrittenLocation(home)
  if (kind === 'root')
    return `${held}, because the root of warehouse ${home.warehouse}, ${location}, ${covers ? 'covers it' : 'is inside it'}. Delete one of the two warehouses when it is empty: headgate warehouse delete ${home.warehouse}`
  return `${held}, because warehouse ${home.warehouse} allows ${location}, which ${covers ? 'covers it' : 'is inside it'}. Remove that allowed location: headgate warehouse update ${home.warehouse} --disallow '${location}'`
}

/**
 * Returns the allowed location in the spelling of the operator, because `headgate warehouse update
 * --disallow` requires exactly this text.
 */
function findWrittenLocation({ location, allowedLocations }: ForeignHome): string {
  return allowedLocations.find((text) => canonicalOrNull(text) === location) ?? location
}

function canonicalOrNull(text: string): string | null {
  try {
    return canonicalPrefix(parseLocation(text))
  } catch {
    return null
  }
}
