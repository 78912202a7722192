import { parseLocation } from '@headgate/storage'
import type { Policy } from '../../access/policy.ts'
import { locationRights } from '../location-rights.ts'
import { selectAllowed, claimFor, toClaimedPlaces } from '../locations.ts'
import { isPlaceWithin, recordedPrefixes } from '../own-places.ts'
import type { RelationModel } from '../relation-model.ts'
import type { Target } from '../target.ts'
import type { Plan } from './plan.ts'

/** Maximum number of previous locations of a relation to which its storage credentials give access. */
const maxEarlierPrefixes = 6

/** Locations in a plan: those to record for the relation, and those to compare with location claims. */
export type LocationPlan = Pick<Plan<unknown>, 'recorded' | 'chosen'>

export const unchangedLocations: LocationPlan = { recorded: null, chosen: null }

/**
 * Returns the locations that a relation claims after a change of its locations. Compares only locations
 * outside its recorded locations with the claims of other relations, so that a relation whose recorded
 * locations already overlap can still be changed.
 */
export function planLocations(target: Target, locations: readonly string[], policy: Policy): LocationPlan {
  const { warehouse, relation } = target
  const recorded = claimFor(warehouse, [...locations, ...earlierPrefixes(target)])
  const known = recordedPrefixes(relation)
  const added = recorded.locations.filter((location) => !known.some((prefix) => location.startsWith(prefix)))
  if (added.length === 0) return { recorded, chosen: null }
  const chosen = toClaimedPlaces(warehouse, added.map(parseLocation))
  return { recorded, chosen: { ...chosen, ...locationRights(policy, target.chain) } }
}

/**
 * Returns whether a commit must update the location claims of a relation: because it changes locations, or
 * because its metadata contains locations that the row of the relation does not contain. The comparison uses
 * the row, because the text of the current metadata may come from storage, where clients can change it.
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
 * Returns the locations that a relation had before, the latest first, because earlier snapshots reference
 * files in these locations. Limits their number, because credentials and session policies contain the
 * locations and have a maximum size.
 */
function earlierPrefixes({ relation, warehouse }: Target): string[] {
  return selectAllowed(warehouse, recordedPrefixes(relation)).slice(0, maxEarlierPrefixes)
}
