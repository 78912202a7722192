import { type Queryable, statement } from './sql.ts'

/** Location that relations of a namespace may use although it already contains files. */
export interface NamespaceLocation {
  /** Canonical location, ending in `/`. */
  readonly location: string
  /** Time of the grant in epoch ms. */
  readonly grantedAt: number
}

const lock = statement(
  'namespace_lock',
  `select n.id from namespace n join warehouse w on w.id = n.warehouse_id
   where n.id = $1 and w.storage ->> 'store' is not distinct from $2 for key share`,
)
const insert = statement(
  'namespace_location_insert',
  `insert into namespace_location as l (namespace_id, location, place) values ($1, $2, $3)
   on conflict (namespace_id, location) do update set place = excluded.place where l.place <> excluded.place
   returning location`,
)

/**
 * Allows a namespace to use a location, and prevents a drop of the namespace until the transaction ends.
 *
 * @param at location with its physical location, and the name of the store from which the physical location was
 *   computed
 * @returns false when the namespace may already use the location; null when the namespace does not exist any more, or
 *   when the store of its warehouse has another name
 */
export async function insertNamespaceLocation(
  tx: Queryable,
  namespaceId: string,
  at: { readonly location: string; readonly place: string; readonly storeName: string | null },
): Promise<boolean | null> {
  if ((await tx.run(lock, [namespaceId, at.storeName])).length === 0) return null
  return (await tx.run(insert, [namespaceId, at.location, at.place])).length === 1
}

const remove = statement(
  'namespace_location_delete',
  'delete from namespace_location where namespace_id = $1 and location = $2 returning location',
)

/**
 * Revokes the permission of a namespace to use a canonical location. Returns false when the location was not granted to
 * the namespace.
 */
export async function deleteNamespaceLocation(
  sql: Queryable,
  namespaceId: string,
  location: string,
): Promise<boolean> {
  return (await sql.run(remove, [namespaceId, location])).length === 1
}

const page = statement(
  'namespace_location_page',
  `select location, granted_at as "grantedAt" from namespace_location
   where namespace_id = $1 and ($2::text is null or location > $2) order by location limit $3`,
)

/**
 * Returns the locations that were granted to a namespace, without those of its parent namespaces, in order of
 * location.
 */
export function listNamespaceLocations(
  sql: Queryable,
  namespaceId: string,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<NamespaceLocation[]> {
  return sql.run<NamespaceLocation>(page, [namespaceId, after, limit])
}
