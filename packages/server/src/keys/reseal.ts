import { readKeys, replaceSealed } from '../store/key-ring.ts'
import type { Sql } from '../store/sql.ts'
import type { MasterKey } from './master-key.ts'
import { isSealedBy, resealed } from './master-seal.ts'
import { contextOfKey } from './ring-key.ts'

/** How a pass over everything that the master key seals went. */
export interface Resealed {
  /** Sealed anew by this pass. */
  readonly done: number
  /** Sealed by the master key already. */
  readonly before: number
  /** Ids or names of what neither the master key nor the previous one opens. */
  readonly unreadable: readonly string[]
}

/** Something sealed, and how to put what it becomes in its place unless somebody else was quicker. */
export interface SealedThing {
  readonly name: string
  readonly context: string
  readonly sealed: Uint8Array
  replace(after: Uint8Array): Promise<boolean>
}

/** Seals every key of the ring by the master key of now. What cannot be opened stays as it is. */
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
 * One statement for each, so that whenever this ends, everything is sealed by one of the two and opens with both. What
 * somebody wrote meanwhile is left: they sealed it themselves.
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
