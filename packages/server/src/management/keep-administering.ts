import { HeadgateError } from '@headgate/errors'
import type { Call } from '../http/operation.ts'
import { findSubject } from '../store/subjects.ts'
import type { Queryable } from '../store/sql.ts'

/**
 * Nobody takes from themselves what lets them administer the server, and so an administrator is always left: two who do
 * it to one another come one after the other. Called within the change.
 *
 * @throws HeadgateError `bad-request`
 */
export async function keepAdministering(tx: Queryable, call: Call): Promise<void> {
  // Without a row it is a caller without a credential, who needs no grant.
  const caller = await findSubject(tx, call.identity.principal.id)
  if (caller === null || caller.administers) return
  throw new HeadgateError(
    'bad-request',
    'You would not administer the server any more: ask another administrator to do this.',
  )
}
