import { areTaken } from '../catalog/locations.ts'
import { findPrincipal, type PrincipalRow } from '../store/principals.ts'
import { findRelationStanding, type RelationStanding, type StandingKey } from '../store/relation-standings.ts'
import type { Sql } from '../store/sql.ts'
import { Joined } from './joined.ts'

/** A relation as it stands, and whether another one has a place that overlaps its own. */
export interface Standing extends RelationStanding {
  readonly overlaps: boolean
}

/**
 * What the store says about relations and principals, for questions that many processes ask in the same moment: all
 * executors of a job renew the same credential when it is about to end.
 */
export class Reads {
  readonly #sql: Sql
  readonly #standings = new Joined<Standing>()
  readonly #principals = new Joined<PrincipalRow | null>()

  constructor(sql: Sql) {
    this.#sql = sql
  }

  standing(key: StandingKey): Promise<Standing> {
    const { relationId, warehouseId, name } = key
    const text = JSON.stringify([relationId, warehouseId, name?.path, name?.name])
    return this.#standings.read(text, () => this.#standing(key))
  }

  principal(id: string): Promise<PrincipalRow | null> {
    return this.#principals.read(id, () => findPrincipal(this.#sql, id))
  }

  async #standing(key: StandingKey): Promise<Standing> {
    const standing = await findRelationStanding(this.#sql, key)
    const prefixes = standing.relation?.prefixes ?? standing.staged?.prefixes ?? []
    return { ...standing, overlaps: await areTaken(this.#sql, key.relationId, prefixes) }
  }
}
