import { readKeys, replaceSealed } from '../store/key-ring.ts'
import type { Sql } from '../store/sql.ts'
import type { MasterKey } from './master-key.ts'
import { isSealedBy, resealed } from './master-seal.ts'
import { contextOfKey } from './ring-key.ts'

/** Result of sealing all secrets again with the current master key. */
export interface Resealed {
  /** Number of secrets that were sealed again. */
  readonly done: number
  /** Number of secrets that the current master key had already sealed. */
  readonly before: number
  /** Ids or names of secrets that neither the master key nor the previous one opens. */
  readonly unreadable: readonly string[]
}

/** Sealed secret, with a function that replaces it in the database unless it changed meanwhile. */
export interface SealedThing {
  readonly name: string
  readonly context: string
  readonly sealed: Uint8Array
  replace(after: Uint8Array): Promise<boolean>
}

/**
 * Seals every key of the ring with the current master key. A key that neither the current nor the previous master key
 * opens stays unchanged.
 */
export async function resealRing(sql: Sql, master: MasterKey): Promise<Resealed> {
  const rows = await readKeys(sql)
  return resealEach(
    master,
    rows.map((row) => ({
      name: row.id,
      context: contextOfKey(row),
      sealed: row.sealed,
      replace: (after) => replaceSealed(sql, row, after),
    })),
  )
}

/**
 * Seals each secret again in its own statement, so that after an interruption, the current or the previous
 * master key opens every secret. A secret that changed meanwhile is skipped, because its writer sealed it with
 * the current master key.
 */
export async function resealEach(master: MasterKey, things: readonly SealedThing[]): Promise<Resealed> {
  let done = 0
  let before = 0
  const unreadable: string[] = []
  for (const thing of things) {
    if (isSealedBy(master, thing.sealed)) {
      before += 1
      continue
    }
    const after = resealed(master, thing.context, thing.sealed)
    if (after === null) unreadable.push(thing.name)
    else if (await thing.replace(after)) done += 1
  }
  return { done, before, unreadable }
}
