import type { CommitRecord } from '../store/commit-record.ts'
import { listRetired, releaseRetired, type RetiredPlace as RetiredRow } from '../store/retired-claims.ts'
import type { Sql } from '../store/sql.ts'
import { Stale } from './stale.ts'
import type { Warehouse } from './warehouses.ts'

/** Place that a relation left, or of a reservation that ended. Files or credentials may remain there. */
export interface RetiredPlace {
  readonly location: string
  readonly kind: 'retired' | 'reservation'
  /** Id of the relation or of the staged create that had the place. */
  readonly ownerId: string
  /** Reason for which the place is not free. `static-keys`: clients may have long-lived keys of vending mode `static`. */
  readonly reason: 'files-or-credentials' | 'reservation-ended' | 'static-keys'
  /** Epoch ms at which the server checks the place again and frees it if it contains no files. Null: never. */
  readonly checkedAgainAt: number | null
}

export interface RetiredPlacePage {
  /** Canonical location: only places at and below it. Empty: all. */
  readonly below: string
  readonly after: Pick<RetiredPlace, 'location' | 'ownerId'> | null
  readonly limit: number
}

/** Returns the retired places of a warehouse in order of location. */
export async function listRetiredPlaces(
  sql: Sql,
  { id }: Pick<Warehouse, 'id'>,
  page: RetiredPlacePage,
): Promise<RetiredPlace[]> {
  return (await listRetired(sql, id, page)).map(toRetiredPlace)
}

/**
 * Frees the retired places of a warehouse at and below a canonical location. Returns their number. Deletes no file.
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
