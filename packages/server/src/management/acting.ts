import { HeadgateError } from '@headgate/errors'
import type { Call } from '../operation/operation.ts'

/**
 * @throws HeadgateError `forbidden` when an engine calls, for itself or for a user, whose entry does not let it
 *   administer
 */
export function refuseActing({ identity, policy }: Pick<Call, 'identity' | 'policy'>): void {
  const { engine } = policy
  if (engine?.administers === true || (engine === null && identity.actors.length === 0)) return
  const name = engine?.name ?? 'that acts here'
  throw new HeadgateError(
    'forbidden',
    `The engine ${name} may not administer: sign in without an engine, or see headgate engine show.`,
  )
}
