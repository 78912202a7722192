import { isUuidTaken } from '../../store/relations.ts'
import { checkChosenPlaces } from '../chosen-places.ts'
import type { CatalogDeps } from '../deps.ts'
import { uuidTakenError } from '../existing.ts'
import { resolve } from '../resolve.ts'
import { type Plan, planId } from './plan.ts'

/**
 * Checks the locations that clients chose, before any file is written. Later, `publish` compares the
 * locations with the claims again under a lock.
 *
 * @returns false when another relation now has a name that a plan creates
 * @throws HeadgateError of `checkChosenPlaces`
 */
export async function checkChosen(
  { sql }: Pick<CatalogDeps, 'sql'>,
  plans: readonly Plan<unknown>[],
): Promise<boolean> {
  for (const plan of plans) {
    const { chosen, write, warehouse, identifier } = plan
    if (chosen === null) continue
    try {
      await checkChosenPlaces(sql, warehouse, chosen, [planId(plan)])
    } catch (error) {
      if (write.type !== 'create') throw error
      // A concurrent request that creates or registers the same table may have claimed the location. The name
      // or UUID is then also in use, and the client must receive the error about the name or UUID instead of
      // the overlap.
      const { kind, uuid } = write.relation
      if ((await resolve(sql, warehouse.id, identifier)).relation !== null) return false
      throw (await isUuidTaken(sql, warehouse.id, uuid)) ? uuidTakenError(kind, identifier) : error
    }
  }
  return true
}
