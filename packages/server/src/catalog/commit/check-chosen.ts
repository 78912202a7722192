import { isUuidTaken } from '../../store/relations.ts'
import { checkChosenPlaces } from '../chosen-places.ts'
import type { CatalogDeps } from '../deps.ts'
import { uuidTakenError } from '../existing.ts'
import { resolve } from '../resolve.ts'
import { type Plan, planId } from './plan.ts'

/**
 * Checks the places that clients chose, before anything is written there. `publish` compares them again in its
 * transaction, under the lock.
 *
 * @returns false when a name that a plan creates has been taken
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
      // A concurrent create of the same table, or the table itself that is registered again, may have the place. Then
      // the name or the uuid is taken, which is another error.
      const { kind, uuid } = write.relation
      if ((await resolve(sql, warehouse.id, identifier)).relation !== null) return false
      throw (await isUuidTaken(sql, warehouse.id, uuid)) ? uuidTakenError(kind, identifier) : error
    }
  }
  return true
}
