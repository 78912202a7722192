import { withoutLinks } from './file-roots.ts'
import { canonicalPrefix } from './location-relations.ts'
import { type Location, parseLocation } from './location.ts'
import type { FileStorageProfile, S3StorageProfile, StorageProfile } from './storage-profile.ts'
import { storeIdentity } from './store-identity.ts'

/**
 * Place in a store as text: `<store identity>/<bucket>/<prefix>/`, or `file:/<real directory>/`. Two locations
 * overlap exactly if one text is a prefix of the other. It serves comparisons only and is never sent to clients.
 */
export type PhysicalPlace = string & { readonly physicalPlace: true }

/** Returns the physical place of a location of one warehouse. */
export type PlaceOf = (location: Location) => PhysicalPlace

/** Maps the locations below `from` to the places below `to`. Both end in `/`. */
export interface PlaceRule {
  readonly from: string
  readonly to: PhysicalPlace
}

/**
 * Returns how the locations of a warehouse map to physical places. The rules cover its root and its allowed
 * locations; `placeOf` also maps locations outside of them, for example locations that were allowed before. It
 * resolves symbolic links once, so that no later call for a location below a rule reads the disk.
 *
 * @param allowed allowed locations of the warehouse, in addition to its root
 */
export function placeRules(
  profile: StorageProfile,
  allowed: readonly Location[],
): { readonly rules: readonly PlaceRule[]; readonly placeOf: PlaceOf } {
  const rules = profile.type === 'file' ? fileRules(profile, allowed) : s3Rules(profile, allowed)
  return {
    rules,
    placeOf(location) {
      const prefix = canonicalPrefix(location)
      const rule = rules.find(({ from }) => prefix.startsWith(from))
      if (rule !== undefined) return place(rule.to + prefix.slice(rule.from.length))
      if (location.scheme === 'file') return directoryPlace(location)
      // The store of a bucket that is outside all rules is unknown, so its places are equal only to themselves.
      const store = profile.type === 's3' ? storeIdentity(profile) : 'unknown:'
      return place(`${store}/${prefix.slice('s3://'.length)}`)
    },
  }
}

/** Returns the places that contain a place, outermost first, without the place itself. */
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
