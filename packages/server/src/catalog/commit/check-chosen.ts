import { isUuidTaken } from '../../store/relations.ts'
import { checkChosenPlaces } from '../chosen-places.ts'
import type { CatalogDeps } from '../deps.ts'
import { uuidTakenError } from '../existing.ts'
import { resolve } from '../resolve.ts'
import { type Plan, planId } from './plan.ts'

/**
 * Checks the locations that clients chose before a file is written. `publish` compares them with the claims again in
 * its transaction, under the lock.
 *
 * @returns false when a name that a plan creates is now in use by another relation
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
      // A concurrent create of the same table, or an earlier registration of the same table, may have claimed the
      // location. In both cases the name or the uuid is in use, and the client must receive that error instead of the
      // overlap.
      const { kind, uuid } = write.relation
      if ((await resolve(sql, warehouse.id, identifier)).relation !== null) return false
      throw (await isUuidTaken(sql, warehouse.id, uuid)) ? uuidTakenError(kind, identifier) : error
    }
  }
  return true
}
