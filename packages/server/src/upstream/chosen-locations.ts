import { HeadgateError } from '@headgate/errors'
import { parseLocation, shown } from '@headgate/storage'
import { administersStorage } from '../access/administers-storage.ts'
import type { Policy } from '../access/policy.ts'
import { checkLocations } from '../catalog/locations.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { Chain } from '../privilege.ts'
import { toPrefixes } from './remote-prefixes.ts'

/** Table properties whose values are locations of files. */
const pathProperties: ReadonlySet<string> = new Set([
  'write.data.path',
  'write.metadata.path',
  'write.object-storage.path',
  'write.folder-storage.path',
])

/**
 * Returns the absolute locations in table properties that a client sets. Omits relative paths, because they
 * are below the location of the table.
 *
 * @throws HeadgateError `bad-request` for a relative path that leads out of the location of the table
 */
export function locationsIn(properties: Readonly<Record<string, string>>): string[] {
  return Object.entries(properties).flatMap(([name, value]) => {
    if (!pathProperties.has(name)) return []
    if (/^[a-z][a-z0-9+.-]*:/i.test(value)) return [value]
    parseLocation(`file:///table/${value.replace(/^\/+/, '')}`)
    return []
  })
}

/**
 * Namespace properties from which upstream catalogs derive the locations of new tables. The names are in
 * lower case, without the separators `.`, `_` and `-`.
 */
const baseProperties: ReadonlySet<string> = new Set([
  'location',
  'locationuri',
  'managedlocation',
  'baselocation',
  'defaultbaselocation',
  'storagelocation',
  'storageroot',
])

/** Returns the locations in namespace properties that a client sets. */
export function baseLocationsIn(properties: Readonly<Record<string, string>>): string[] {
  return Object.entries(properties).flatMap(([name, value]) =>
    baseProperties.has(name.toLowerCase().replaceAll(/[._-]/g, '')) ? [value] : [],
  )
}

/** Update in a commit that sets locations: `set-location`, or `set-properties`. */
export type LocationUpdate =
  | { readonly action: 'set-location'; readonly location: string }
  | { readonly action: 'set-properties'; readonly updates: Readonly<Record<string, string>> }

/** Returns the locations that the updates of a commit set. */
export function toLocations(updates: readonly (LocationUpdate | { readonly action: string })[]): string[] {
  return updates.flatMap((update) => {
    if (update.action === 'set-location' && 'location' in update) return [update.location]
    return update.action === 'set-properties' && 'updates' in update ? locationsIn(update.updates) : []
  })
}

/**
 * Checks the locations that a client chose for a table or view of an upstream catalog. The server does not
 * know all tables of the upstream catalog, so it cannot detect overlaps. It therefore accepts only locations
 * below the current locations of the table, unless the caller has `administer-storage`.
 *
 * @param own current locations of the table, each ending in `/`. Empty for a new table
 * @param chain privilege chain of the table, or of the namespace for a new table
 * @throws HeadgateError `forbidden` for any other location
 */
export function checkChosen(
  {
    warehouse,
    policy,
    chain,
  }: { readonly warehouse: Warehouse; readonly policy: Policy; readonly chain: Chain },
  own: readonly string[],
  chosen: readonly string[],
): void {
  const others = chosen.filter((location) => {
    const [prefix] = toPrefixes([location])
    return prefix === undefined || !own.some((current) => prefix.startsWith(current))
  })
  const [first] = others
  if (first === undefined) return
  if (administersStorage(policy, chain)) {
    checkLocations(warehouse, others)
    return
  }
  throw new HeadgateError(
    'forbidden',
    `Location ${shown(first)} was chosen by the client, and warehouse ${warehouse.name} forwards to another catalog, which chooses the locations: omit it, or ask for administer-storage on the warehouse.`,
  )
}
