import { hash } from 'node:crypto'
import { callerKey, type CallerKey } from '../cache.ts'
import type { VendRequest } from './vendor.ts'
import type { VendingProfile } from '../catalog/vending-profile.ts'

/** What a request stands on when it is decided. */
export interface VendingGround {
  /** Version of the policy that the caller's right was decided under. */
  readonly policyVersion: number
  /** The latest of the moments before which handed-out access is over, epoch ms. */
  readonly notBefore: number
}

/**
 * Digest of everything that storage access depends on except how long it lives. Two requests with the same digest may
 * be given the same keys.
 */
export function vendingKey(
  { warehouse, relation, scope, bearer }: VendRequest,
  ground: VendingGround,
  profile: VendingProfile,
  generation: number,
): CallerKey {
  const { principal, actor } = bearer
  const digest = hash(
    'sha256',
    JSON.stringify([
      warehouse.id,
      warehouse.version,
      profile,
      generation,
      relation.id,
      relation.staged,
      relation.namespaceId,
      [...scope.prefixes].toSorted(),
      scope.access,
      [principal.id, principal.issuer, principal.subject, principal.name],
      actor === null ? null : [actor.id, actor.issuer, actor.subject, actor.name],
      // Only there is it sealed into the keys. Elsewhere queries share what a service minted.
      profile.mode === 'gateway' ? (bearer.queryId ?? null) : null,
      bearer.through ?? [],
      ground.policyVersion,
      ground.notBefore,
    ]),
    'base64url',
  )
  return callerKey(digest)
}
