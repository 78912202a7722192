import { canonicalPrefix, parseLocation } from '@headgate/storage'
import { formatLevels } from '../names/dotted.ts'
import { quote } from './commands-for-user.ts'
import type { ImportResult } from './import-result.ts'
import type { FileRight, PlannedPlace } from './target-access.ts'
import type { Cover } from './warehouse-places.ts'

/**
 * Tables and views of a dry run to which the same conditions apply in the target server: the same warehouse or error
 * for their locations, and the same missing rights.
 */
export interface PlaceGroup {
  /** Location that contains all tables and views of the group. */
  readonly location: string
  readonly count: number
  readonly allowedBy: string
  readonly right: string
  readonly cover: Cover
  readonly files: FileRight
  readonly mayCreate: boolean
  /** Names of top-level namespaces that contain the tables and views. */
  readonly namespaces: readonly string[]
}

/** Maximum number of namespaces in the commands that the summary proposes. */
const shownNamespaces = 3

const rights: Readonly<Record<FileRight, string>> = {
  'administer-storage': 'administer-storage',
  granted: 'granted location',
  missing: 'missing',
  unknown: 'not visible to you',
}

/**
 * Combines the tables and views of a dry run to which the same conditions apply in the target server. Sorts the groups
 * by location.
 */
export function groupPlaces(plan: readonly ImportResult[]): readonly PlaceGroup[] {
  const groups = new Map<string, { readonly place: PlannedPlace; readonly results: ImportResult[] }>()
  for (const result of plan) {
    const { place } = result
    if (place === undefined) continue
    const { cover, files, mayCreate } = place
    const key = JSON.stringify([toGroupKey(cover, place.location), files, mayCreate])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { place, results: [result] })
    else group.results.push(result)
  }
  return [...groups.values()]
    .map(({ place: { cover, files, mayCreate }, results }) => ({
      location: toGroupLocation(cover, results),
      count: results.length,
      allowedBy: describeCover(cover),
      right: mayCreate ? rights[files] : `${rights[files]}, without create`,
      cover,
      files,
      mayCreate,
      namespaces: [
        ...new Set(results.map(({ identifier }) => formatLevels(identifier.namespace.slice(0, 1)))),
      ],
    }))
    .toSorted((a, b) => (a.location < b.location ? -1 : 1))
}

function toGroupKey(cover: Cover, location: string): unknown {
  if (cover.type === 'outside' || cover.type === 'unknown') return [cover.type, toStore(location)]
  return cover
}

/** Returns the scheme and bucket of a location, such as `s3://bucket`, or the whole text if it cannot be parsed. */
function toStore(location: string): string {
  return /^[a-z0-9+.-]+:\/{0,2}[^/]*/i.exec(location)?.[0] ?? location
}

function toGroupLocation(cover: Cover, results: readonly ImportResult[]): string {
  if (cover.type === 'allowed' || cover.type === 'other-warehouse') return cover.location
  return commonFolder(results.map(({ place }) => place?.location ?? ''))
}

/** Returns the deepest folder that contains all given locations, which must be in one bucket or directory tree. */
export function commonFolder(locations: readonly string[]): string {
  const [first = '', ...others] = locations.map(toFolder)
  let common = first.split('/')
  for (const other of others) {
    const segments = other.split('/')
    const end = common.findIndex((segment, index) => segments[index] !== segment)
    if (end !== -1) common = common.slice(0, end)
  }
  const text = common.join('/')
  return text.endsWith('/') ? text : `${text}/`
}

/** Returns the parent folder of the location of a table, or the whole text if it cannot be parsed. */
function toFolder(location: string): string {
  try {
    return canonicalPrefix(parseLocation(location)).replace(/[^/]*\/$/, '')
  } catch {
    return location
  }
}

function describeCover(cover: Cover): string {
  switch (cover.type) {
    case 'allowed':
      return `${cover.warehouse} (${cover.isRoot ? 'its root' : 'an allowed location'})`
    case 'other-warehouse':
      return `only warehouse ${cover.warehouse}`
    case 'outside':
      return 'no warehouse'
    case 'refused':
      return `not possible: ${cover.reason}`
    default:
      return 'not visible to you'
  }
}

/** Returns the commands that the user must run and the decisions that the user must make before the import. */
export function toSteps(
  groups: readonly PlaceGroup[],
  warehouse: string,
  principal: string,
): readonly string[] {
  const grant = (privilege: string): string =>
    `headgate grant give ${privilege} --on warehouse:${warehouse} --to ${quote(`principal:${principal}`)}`
  const steps = groups.flatMap(({ cover, files, mayCreate, location, namespaces }): string[] => [
    ...(cover.type === 'outside'
      ? [`headgate warehouse update ${warehouse} --allow ${quote(location)}`]
      : []),
    ...(cover.type === 'other-warehouse'
      ? [`Import the tables and views below ${location} with --warehouse ${cover.warehouse}.`]
      : []),
    ...(mayCreate ? [] : [grant('create')]),
    ...(files === 'missing' && cover.type !== 'refused'
      ? [
          grant('administer-storage'),
          ...namespaces
            .slice(0, shownNamespaces)
            .map(
              (namespace) =>
                `or: headgate namespace grant-location ${quote(`${warehouse}/${namespace}`)} ${quote(location)}`,
            ),
          ...(namespaces.length > shownNamespaces
            ? [`and for ${namespaces.length - shownNamespaces} more namespaces`]
            : []),
        ]
      : []),
  ])
  return [...new Set(steps)]
}
