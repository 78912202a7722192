import { HeadgateError } from '@headgate/errors'
import type { Call } from '../operation/operation.ts'

/**
 * Refuses administration by an engine, for itself or for a user, unless the engine entry allows it.
 *
 * @throws HeadgateError `forbidden`
 */
export function refuseActing({ identity, policy }: Pick<Call, 'identity' | 'policy'>): void {
  const { engine } = policy
  if (engine?.administers === true || (engine === null && identity.actors.length === 0)) return
  const name = engine?.name ?? 'that acts here'
  throw new HeadgateError(
    'forbidden',
    `The engine ${name} may not call administrative operations. Sign in without an engine, or allow administration in the engine entry (headgate engine show).`,
  )
}
