import { parseLocation } from '@headgate/storage'
import type { Policy } from '../../access/policy.ts'
import { locationRights } from '../location-rights.ts'
import { allowedOf, claimFor, claimOf } from '../locations.ts'
import { isPlaceWithin, recordedPrefixes } from '../own-places.ts'
import type { RelationModel } from '../relation-model.ts'
import type { Target } from '../target.ts'
import type { Plan } from './plan.ts'

/** Maximum number of earlier prefixes that storage access to a relation still contains. */
const maxEarlierPrefixes = 6

/** The part of a plan that records and compares locations. */
export type LocationPlan = Pick<Plan<unknown>, 'recorded' | 'chosen'>

export const unchangedLocations: LocationPlan = { recorded: null, chosen: null }

/**
 * Returns what a relation with other locations claims. Only places outside of those that it has already are compared with
 * the claims of others: a relation whose places overlapped before the comparison existed can still be changed.
 */
export function planLocations(target: Target, locations: readonly string[], policy: Policy): LocationPlan {
  const { warehouse, relation } = target
  const recorded = claimFor(warehouse, [...locations, ...earlierPrefixes(target)])
  const known = recordedPrefixes(relation)
  const added = recorded.locations.filter((location) => !known.some((prefix) => location.startsWith(prefix)))
  if (added.length === 0) return { recorded, chosen: null }
  const chosen = claimOf(warehouse, added.map(parseLocation))
  return { recorded, chosen: { ...chosen, ...locationRights(policy, target.chain) } }
}

/**
 * Returns whether a commit needs a new claim: it changes locations, or its metadata has locations that the relation's
 * row does not record. The row decides, not the base, whose text may come from storage.
 */
export function changesLocations<Metadata>(
  model: Pick<RelationModel<Metadata, never, never>, 'location' | 'locations'>,
  { relation }: Target,
  base: Metadata,
  metadata: Metadata,
): boolean {
  const before = model.locations(base)
  const after = model.locations(metadata)
  const recorded = recordedPrefixes(relation)
  return (
    after.length !== before.length ||
    after.some((location, index) => location !== before[index]) ||
    model.location(metadata) !== relation.location ||
    !after.every((location) => isPlaceWithin(location, recorded))
  )
}

/**
 * Returns the prefixes that the relation used before, the latest first: earlier snapshots name files there. Their number
 * is limited, because they are sealed into credentials and written into policies, whose size is limited.
 */
function earlierPrefixes({ relation, warehouse }: Target): string[] {
  return allowedOf(warehouse, recordedPrefixes(relation)).slice(0, maxEarlierPrefixes)
}
