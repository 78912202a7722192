import { HeadgateError } from '@headgate/errors'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { Policy } from './policy.ts'

/** @throws HeadgateError `unauthenticated` or `forbidden` when the policy allows nothing at all, with the reason */
export function refuseShutOut({ enabled, shutOut }: Policy, { actors }: ProvenIdentity): void {
  if (enabled) return
  const engine = actors[0]?.name ?? ''
  switch (shutOut) {
    case 'engine':
      throw new HeadgateError(
        'unauthenticated',
        `The engine ${engine} of this token is not registered, is disabled, or its sessions were stopped: see headgate engine show ${engine}.`,
      )
    case 'subject':
      throw new HeadgateError(
        'forbidden',
        `The entry of the engine ${engine} does not let it act for this user: see headgate engine show ${engine}.`,
      )
    case 'principal':
    case null:
      throw new HeadgateError(
        'unauthenticated',
        'The principal of this token is disabled or was removed, or its sessions were stopped.',
      )
  }
}
