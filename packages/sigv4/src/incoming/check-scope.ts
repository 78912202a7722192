import { SigV4Error } from '../sigv4-error.ts'
import type { Authentication, VerificationPolicy } from './parsed-request.ts'

/** Refuses a signature that was made for another service or region: here it would be a replay. */
export function checkScope({ scope }: Authentication, policy: VerificationPolicy): void {
  if (!policy.services.includes(scope.service)) {
    throw new SigV4Error(
      'wrong-scope',
      `Signed for service ${scope.service}, not ${policy.services.join(', ')}`,
    )
  }
  if (policy.regions !== undefined && !policy.regions.includes(scope.region)) {
    throw new SigV4Error('wrong-scope', `Signed for region ${scope.region}, not ${policy.regions.join(', ')}`)
  }
}
