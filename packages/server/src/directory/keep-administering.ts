import { HeadgateError } from '@headgate/errors'
import type { Queryable } from '../store/sql.ts'
import { findSubject } from '../store/subjects.ts'
import type { RequestedChange } from './policy-change.ts'

/**
 * Refuses a change after which its caller could no longer administer the server. So there is always an administrator:
 * changes are serialized, and two administrators cannot remove each other. Called in the transaction of the change.
 *
 * @throws HeadgateError `bad-request`
 */
export async function keepAdministering(tx: Queryable, { call }: RequestedChange): Promise<void> {
  const caller = await findSubject(tx, call.identity.principal.id)
  // A caller without credentials has no row, and needs no grant.
  if (caller === null || caller.administers) return
  throw new HeadgateError(
    'bad-request',
    'You would not administer the server any more: ask another administrator to do this.',
  )
}
