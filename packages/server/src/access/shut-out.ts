import { HeadgateError } from '@headgate/errors'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { Policy } from './policy.ts'

/**
 * Throws when the policy of the caller refuses every request, for example because the principal or the engine was
 * disabled.
 *
 * @throws HeadgateError `unauthenticated` or `forbidden`; the message contains the reason
 */
export function refuseShutOut(
  { enabled, shutOut }: Policy,
  { actors, provenByKey }: Pick<ProvenIdentity, 'actors' | 'provenByKey'>,
): void {
  if (enabled) return
  const engine = actors[0]?.name ?? ''
  switch (shutOut) {
    case 'engine':
      throw new HeadgateError(
        'unauthenticated',
        `The engine ${engine} of this token is not registered or is disabled, or its sessions were ended: see headgate engine show ${engine}.`,
      )
    case 'subject':
      throw new HeadgateError(
        'forbidden',
        `The entry of the engine ${engine} does not allow the engine to act for this user: see headgate engine show ${engine}.`,
      )
    case 'principal':
    case null:
      throw new HeadgateError(
        'unauthenticated',
        provenByKey === undefined
          ? 'The principal of this token was disabled or removed, or its sessions were ended.'
          : 'The access key was removed, or its principal was disabled or removed.',
      )
  }
}
