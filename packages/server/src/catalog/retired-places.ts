import type { CommitRecord } from '../store/commit-record.ts'
import { listRetired, releaseRetired, type RetiredPlace as RetiredRow } from '../store/retired-claims.ts'
import type { Sql } from '../store/sql.ts'
import { Stale } from './stale.ts'
import type { Warehouse } from './warehouses.ts'

/**
 * Location that a relation no longer uses, or whose reservation ended. It cannot be reused yet, because files or valid
 * credentials may remain there.
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
   * Time in epoch ms at which the server checks the location again. If the location contains no files, the server then
   * releases it. Null when the server never checks it.
   */
  readonly checkedAgainAt: number | null
}

export interface RetiredPlacePage {
  /** Canonical location that limits the list to retired locations at and below it. Empty for all retired locations. */
  readonly below: string
  readonly after: Pick<RetiredPlace, 'location' | 'ownerId'> | null
  readonly limit: number
}

/** Returns the retired locations of a warehouse, ordered by location. */
export async function listRetiredPlaces(
  sql: Sql,
  { id }: Pick<Warehouse, 'id'>,
  page: RetiredPlacePage,
): Promise<RetiredPlace[]> {
  return (await listRetired(sql, id, page)).map(toRetiredPlace)
}

/**
 * Releases the retired locations of a warehouse at and below a canonical location, so that other relations can use
 * them. Returns the number of released locations. Deletes no file.
 *
 * @throws Stale when the policy changed
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
