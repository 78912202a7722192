import { SigV4Error } from '../sigv4-error.ts'
import type { Authentication, VerificationPolicy } from './parsed-request.ts'

/**
 * Refuses a request that was signed for another service or region, because another server may have received it first
 * (replay).
 */
export function checkScope({ scope }: Authentication, policy: VerificationPolicy): void {
  if (!policy.services.includes(scope.service)) {
    throw new SigV4Error(
      'wrong-scope',
      `The request is signed for service ${scope.service}, but this server serves ${policy.services.join(', ')}`,
    )
  }
  if (policy.regions !== undefined && !policy.regions.includes(scope.region)) {
    throw new SigV4Error(
      'wrong-scope',
      `The request is signed for region ${scope.region}, but this server serves ${policy.regions.join(', ')}`,
    )
  }
}
