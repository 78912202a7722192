import { HeadgateError } from '@headgate/errors'
import { findUpstreamUuid } from '../store/upstream-relations.ts'
import type { UpstreamDeps } from './deps.ts'

/**
 * Checks the UUIDs that updates of a commit assign. Rows, and so ownership and grants, belong to the UUID of a table, so a
 * client must not give its table the UUID of another one.
 *
 * @param own UUID of the table of the commit. Null: it is not known
 * @throws HeadgateError `bad-request`
 */
export async function checkUuids(
  { sql }: Pick<UpstreamDeps, 'sql'>,
  warehouseId: string,
  updates: readonly { readonly action: string }[],
  own: string | null,
): Promise<void> {
  for (const update of updates) {
    if (update.action !== 'assign-uuid' || !('uuid' in update)) continue
    const uuid = String(update.uuid).toLowerCase()
    if (uuid === own) continue
    if (own !== null || (await findUpstreamUuid(sql, warehouseId, uuid)) !== null)
      throw new HeadgateError(
        'bad-request',
        own === null
          ? 'assign-uuid names the UUID of another table or view of this warehouse: use a new UUID.'
          : 'assign-uuid names another UUID than that of the table or view: the UUID of an existing one cannot change.',
      )
  }
}
