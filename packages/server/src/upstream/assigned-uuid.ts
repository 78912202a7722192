import { HeadgateError } from '@headgate/errors'
import { findUpstreamUuid } from '../store/upstream-relations.ts'
import type { UpstreamDeps } from './deps.ts'

/**
 * Checks the UUIDs that the updates of a commit assign to a table. The rows of this server identify a table
 * by its UUID, so ownership and grants follow the UUID. A client must therefore not give its table the UUID
 * of another table.
 *
 * @param own UUID of the table that the commit changes, or null when the UUID is not known
 * @throws HeadgateError `bad-request` when the UUID differs from `own`, or belongs to another table or view
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
