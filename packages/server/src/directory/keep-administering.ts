import { HeadgateError } from '@headgate/errors'
import type { Queryable } from '../store/sql.ts'
import { findSubject } from '../store/subjects.ts'
import type { RequestedChange } from './policy-change.ts'

/**
 * Refuses a change if its caller could no longer administer the server afterwards. Policy changes are serialized, so
 * two administrators cannot remove each other, and the server always has an administrator. The caller runs it in the
 * transaction of the change.
 *
 * @throws HeadgateError `bad-request`
 */
export async function keepAdministering(tx: Queryable, { call }: RequestedChange): Promise<void> {
  const caller = await findSubject(tx, call.identity.principal.id)
  // An anonymous caller has no row, and needs no grant to administer the server.
  if (caller === null || caller.administers) return
  throw new HeadgateError(
    'bad-request',
    'After this change, you could not administer the server any more. Ask another administrator to make this change.',
  )
}
