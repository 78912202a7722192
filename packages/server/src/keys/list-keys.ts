import { type KeyState, readKeys } from '../store/key-ring.ts'
import type { Queryable } from '../store/sql.ts'
import type { MasterKey } from './master-key.ts'
import { isSealedBy } from './master-seal.ts'

/** Key of the ring without its secret. Times are epoch ms. */
export interface KeyDescription {
  readonly id: string
  readonly purpose: string
  readonly state: KeyState
  readonly createdAt: number
  readonly promotedAt: number | null
  readonly retiredAt: number | null
  /** Age of the key in ms, by the clock of the database. */
  readonly ageMs: number
  /** True: the current master key sealed the key. False: an earlier master key sealed it. */
  readonly isSealedByMasterKey: boolean
}

/** Returns all keys of the ring. */
export async function listKeys(sql: Queryable, master: MasterKey): Promise<KeyDescription[]> {
  return (await readKeys(sql)).map((row) => ({
    id: row.id,
    purpose: row.purpose,
    state: row.state,
    createdAt: row.created_at,
    promotedAt: row.promoted_at,
    retiredAt: row.retired_at,
    ageMs: row.age_ms,
    isSealedByMasterKey: isSealedBy(master, row.sealed),
  }))
}
