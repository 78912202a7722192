import {
  listStorageAccess,
  type ListedStorageAccess,
  type StorageAccessFilter,
  type StorageAccessPosition,
} from '../store/storage-access.ts'
import type { Sql } from '../store/sql.ts'

export { findCoverage, type StorageAccessCoverage } from '../store/storage-access-writers.ts'
export type {
  StorageAccessFilter,
  StorageAccessHolder,
  StorageAccessPosition,
} from '../store/storage-access.ts'

/**
 * State of an issued credential. `active`: it works and can be renewed. `revoked`: a revocation or the end of sessions
 * ended it. `ended`: its principal, engine, table or warehouse was disabled or removed.
 */
export type StorageAccessState = 'active' | 'revoked' | 'ended'

/** Issued credential with its state. Times are epoch ms. */
export interface HeldStorageAccess extends Omit<ListedStorageAccess, 'ended'> {
  readonly state: StorageAccessState
  /**
   * Latest time at which the credential stops to work. The gateway refuses a revoked credential within the maximum age
   * of its decisions. A store accepts it until it expires.
   */
  readonly endsAt: number
}

export interface HeldAccessDeps {
  readonly sql: Sql
  /** Time in ms for which the storage gateway may reuse an access decision. */
  readonly gatewayDecisionMs: number
}

/** Returns live credentials with their state, those that expire last first. */
export async function listHeldAccess(
  { sql, gatewayDecisionMs }: HeldAccessDeps,
  filter: StorageAccessFilter,
  after: StorageAccessPosition | null,
  limit: number,
): Promise<HeldStorageAccess[]> {
  const now = Date.now()
  const rows = await listStorageAccess(sql, filter, after, limit)
  return rows.map(({ ended, ...row }) => {
    const state = row.revokedAt !== null ? 'revoked' : ended ? 'ended' : 'active'
    const isAtGateway = state !== 'active' && row.mode === 'gateway'
    const endsAt = isAtGateway
      ? Math.min(row.validUntil, (row.revokedAt ?? now) + gatewayDecisionMs)
      : row.validUntil
    return { ...row, state, endsAt }
  })
}
