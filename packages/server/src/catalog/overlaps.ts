import { administersStorage } from '../access/administers-storage.ts'
import { shownIn } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import { splitLevels } from '../namespace-path.ts'
import type { ObjectNames } from '../privilege.ts'
import { listOverlaps, type OverlappingClaim, toPosition } from '../store/claim-overlaps.ts'
import type { Sql } from '../store/sql.ts'
import { type Warehouse, warehouseChain } from './warehouses.ts'

/**
 * One of two overlapping locations. All members except `kind` are null when the caller may not see the
 * location.
 */
interface OverlappingPlace {
  readonly kind: OverlappingClaim['kind']
  readonly warehouse: string | null
  readonly location: string | null
  /** Id of the warehouse, table, view or staged table that claims the location. */
  readonly ownerId: string | null
  readonly namespace: string[] | null
  readonly name: string | null
  readonly dropped: boolean | null
}

/** Two overlapping locations of different owners. `inner` is equal to or within `outer`. */
export interface StorageOverlap {
  readonly outer: OverlappingPlace
  readonly inner: OverlappingPlace
  /** Position of this overlap in the list, for the next page. */
  readonly position: readonly string[]
}

const hidden = {
  warehouse: null,
  location: null,
  ownerId: null,
  namespace: null,
  name: null,
  dropped: null,
} as const

/**
 * Returns locations of a warehouse that overlap with locations of other tables, views and warehouses, in
 * order of location.
 *
 * @param asking policy of the caller. The caller sees only the locations of warehouses on which it has
 *   `administer-storage`
 * @param after position of the last overlap on the previous page. Empty for the first page
 */
export async function listStorageOverlaps(
  sql: Sql,
  { id }: Pick<Warehouse, 'id'>,
  asking: Policy,
  { after, limit }: { readonly after: readonly string[]; readonly limit: number },
): Promise<StorageOverlap[]> {
  const rows = await listOverlaps(sql, id, { after: parsePosition(after), limit })
  return rows.map((row) => ({
    outer: redact(asking, row.outer),
    inner: redact(asking, row.inner),
    position: toPosition(row),
  }))
}

function parsePosition(position: readonly string[]): ReturnType<typeof toPosition> | null {
  const [a, b, c, d, e, f] = position
  if (a === undefined || b === undefined || c === undefined) return null
  return d === undefined || e === undefined || f === undefined ? null : [a, b, c, d, e, f]
}

function redact(asking: Policy, claim: OverlappingClaim): OverlappingPlace {
  const { kind, warehouse, location, ownerId, path, name, relationKind, dropped } = claim
  const chain = warehouseChain({ id: claim.warehouseId, ownerId: claim.warehouseOwnerId, name: warehouse })
  if (!administersStorage(asking, chain)) return { kind, ...hidden }
  const namespace = path === null ? null : splitLevels(path)
  const names: ObjectNames = {
    warehouse,
    namespace,
    relation: name === null ? null : { kind: relationKind ?? 'table', name },
  }
  const areNamesVisible = shownIn<ObjectNames>(asking, (row) => row)?.(names) ?? true
  const named = areNamesVisible ? { namespace, name } : { namespace: null, name: null }
  return { kind, warehouse, location, ownerId, ...named, dropped }
}
