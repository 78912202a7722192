import type { CommitRecord } from '../store/commit-record.ts'
import { listRetired, releaseRetired, type RetiredPlace as RetiredRow } from '../store/retired-claims.ts'
import type { Sql } from '../store/sql.ts'
import { Stale } from './stale.ts'
import type { Warehouse } from './warehouses.ts'

/**
 * Retired location: a location that a relation no longer uses, or whose reservation has expired. Other
 * relations cannot use it yet, because files or valid credentials may remain there.
 */
export interface RetiredPlace {
  readonly location: string
  readonly kind: 'retired' | 'reservation'
  /** Id of the relation or staged create to which the location belonged. */
  readonly ownerId: string
  /**
   * Reason why other relations cannot use the location yet. `static-keys`: clients may still have the long-lived keys
   * of vending mode `static`.
   */
  readonly reason: 'files-or-credentials' | 'reservation-ended' | 'static-keys'
  /**
   * Time in epoch ms at which the server checks the location again. The server then releases the location if
   * it contains no files. Null when the server does not check it again.
   */
  readonly checkedAgainAt: number | null
}

export interface RetiredPlacePage {
  /**
   * Canonical location. The list contains only retired locations that are equal to or within it. Empty for
   * all retired locations.
   */
  readonly below: string
  readonly after: Pick<RetiredPlace, 'location' | 'ownerId'> | null
  readonly limit: number
}

/** Returns retired locations of a warehouse, in order of location. */
export async function listRetiredPlaces(
  sql: Sql,
  { id }: Pick<Warehouse, 'id'>,
  page: RetiredPlacePage,
): Promise<RetiredPlace[]> {
  return (await listRetired(sql, id, page)).map(toRetiredPlace)
}

/**
 * Releases the retired locations of a warehouse that are equal to or within a canonical location, so that
 * other relations can use them. Deletes no files. Returns the number of released locations.
 *
 * @throws Stale when the policy changed in the meantime
 */
export async function releaseRetiredPlaces(
  sql: Sql,
  { id }: Pick<Warehouse, 'id'>,
  location: string,
  record: CommitRecord,
): Promise<number> {
  const released = await releaseRetired(sql, id, location, record)
  if (released === null) throw new Stale()
  return released
}

function toRetiredPlace({ location, ownerId, kind, checkedAgainAt }: RetiredRow): RetiredPlace {
  return {
    location,
    kind: kind === 'staged' ? 'reservation' : kind,
    ownerId,
    reason: findReason(kind, checkedAgainAt),
    checkedAgainAt,
  }
}

function findReason(kind: RetiredRow['kind'], checkedAgainAt: number | null): RetiredPlace['reason'] {
  if (checkedAgainAt === null) return 'static-keys'
  return kind === 'staged' ? 'reservation-ended' : 'files-or-credentials'
}
