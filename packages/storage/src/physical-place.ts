import { withoutLinks } from './file-roots.ts'
import { canonicalPrefix } from './location-relations.ts'
import { type Location, parseLocation } from './location.ts'
import type { FileStorageProfile, S3StorageProfile, StorageProfile } from './storage-profile.ts'
import { storeIdentity } from './store-identity.ts'

/**
 * Canonical text of a position in an object store, in which symbolic links and bucket aliases are resolved. The form
 * is `<store identity>/<bucket>/<prefix>/` for S3, and `file:/<real directory>/` for files. Two positions overlap
 * exactly if the text of one is a prefix of the text of the other. The text is used only for comparisons and is never
 * sent to clients.
 */
export type PhysicalPlace = string & { readonly physicalPlace: true }

/** Returns the physical place of a location: its canonical position in an object store. */
export type ResolvePlace = (location: Location) => PhysicalPlace

/**
 * Rule that converts locations to physical places: replaces the prefix `from` of a location by `to`. Both prefixes
 * end in `/`.
 */
export interface PlaceRule {
  readonly from: string
  readonly to: PhysicalPlace
}

/**
 * Returns how the locations of a warehouse map to physical places. The rules cover its root and its allowed
 * locations; `resolvePlace` also maps locations outside the rules, for example locations that were allowed before.
 * Symbolic links in the rules are resolved once, so that later calls for locations below a rule do not read the disk.
 *
 * @param allowed allowed locations of the warehouse, in addition to its root
 */
export function placeRules(
  profile: StorageProfile,
  allowed: readonly Location[],
): { readonly rules: readonly PlaceRule[]; readonly resolvePlace: ResolvePlace } {
  const rules = profile.type === 'file' ? fileRules(profile, allowed) : s3Rules(profile, allowed)
  return {
    rules,
    resolvePlace(location) {
      const prefix = canonicalPrefix(location)
      const rule = rules.find(({ from }) => prefix.startsWith(from))
      if (rule !== undefined) return place(rule.to + prefix.slice(rule.from.length))
      if (location.scheme === 'file') return directoryPlace(location)
      // A warehouse in a local directory does not know the store of an S3 location. The physical place of the location
      // then overlaps with no place in a known store.
      const store = profile.type === 's3' ? storeIdentity(profile) : 'unknown:'
      return place(`${store}/${prefix.slice('s3://'.length)}`)
    },
  }
}

/** Returns the physical places that contain a physical place, outermost first, without the physical place itself. */
export function ancestorPlaces(place: string): string[] {
  const ancestors: string[] = []
  for (
    let slash = place.indexOf('/');
    slash !== -1 && slash < place.length - 1;
    slash = place.indexOf('/', slash + 1)
  )
    ancestors.push(place.slice(0, slash + 1))
  return ancestors
}

function fileRules({ root, bucket }: FileStorageProfile, allowed: readonly Location[]): PlaceRule[] {
  const own = parseLocation(root)
  const rules: PlaceRule[] = [own, ...allowed.filter(({ scheme }) => scheme === 'file')].map((location) => ({
    from: canonicalPrefix(location),
    to: directoryPlace(location),
  }))
  if (bucket !== undefined) rules.unshift({ from: `s3://${bucket}/`, to: directoryPlace(own) })
  return rules
}

function s3Rules(profile: S3StorageProfile, allowed: readonly Location[]): PlaceRule[] {
  const buckets = new Set([
    profile.bucket,
    ...allowed.map(({ bucket }) => bucket).filter((name) => name !== ''),
  ])
  const store = storeIdentity(profile)
  return [...buckets].map((bucket) => ({ from: `s3://${bucket}/`, to: place(`${store}/${bucket}/`) }))
}

function directoryPlace(location: Location): PhysicalPlace {
  return place(`file:/${canonicalPrefix(withoutLinks(location)).slice('file:///'.length)}`)
}

function place(text: string): PhysicalPlace {
  return text as PhysicalPlace
}
