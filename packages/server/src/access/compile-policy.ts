import type { PolicyRow } from '../store/policies.ts'
import { grantsAuthorizer } from './authorizer.ts'
import type { Authorizer } from './policy.ts'
import { actsFor, compileLimits } from './engine-limits.ts'
import type { Policy } from './policy.ts'
import { bitsGrantedOn, everyBit } from './privilege-bits.ts'
import { serverId } from '../reserved-ids.ts'

/**
 * Compiles the policy of a principal (its rights in the form that decisions read) from a database row.
 *
 * @param actorId id of the engine that acts for the principal, or null when the principal calls directly
 */
export function compilePolicy(
  principalId: string,
  actorId: string | null,
  row: PolicyRow,
  authorizer: Authorizer,
): Policy {
  const { version, engine } = row
  if (row.enabled !== true) return disabled(principalId, version)
  if (actorId !== null && engine?.enabled !== true) return disabled(principalId, version, 'engine')
  if (actorId !== null && engine !== null && !actsFor(row, engine))
    return disabled(principalId, version, 'subject')
  return {
    version,
    principalId,
    enabled: true,
    shutOut: null,
    storageRevokedBefore: Math.max(row.storageNotBefore, engine?.storageNotBefore ?? 0),
    engine: engine === null ? null : compileLimits(row, engine, actorId === null),
    subject: row.subject,
    roles: row.roles,
    authorizer,
    grantees: new Set(row.grantees),
    restrictions: Map.groupBy(row.restrictions, ({ id }) => id),
    grants: new Map(row.grants.map(({ id, privileges }) => [id, bitsGrantedOn(id, privileges)])),
    passage: new Set(row.passage),
  }
}

/**
 * Returns a policy that refuses every request. It applies to a principal that was disabled or deleted, to a session
 * that began before the `not_before` time of the principal, and to a session with a removed access key.
 *
 * @param shutOut party because of which requests are refused
 */
export function disabled(
  principalId: string,
  version: number,
  shutOut: NonNullable<Policy['shutOut']> = 'principal',
): Policy {
  return {
    version,
    principalId,
    enabled: false,
    shutOut,
    storageRevokedBefore: 0,
    engine: null,
    subject: null,
    roles: [],
    authorizer: grantsAuthorizer,
    grantees: new Set(),
    grants: new Map(),
    restrictions: new Map(),
    passage: new Set(),
  }
}

/** Returns the policy of anonymous callers, which allows every operation: `manage` on the server. */
export function everything(
  principalId: string,
  version: number,
  authorizer: Authorizer = grantsAuthorizer,
): Policy {
  return {
    version,
    principalId,
    enabled: true,
    shutOut: null,
    storageRevokedBefore: 0,
    engine: null,
    subject: { issuer: 'headgate', subject: 'anonymous', login: null, groups: [] },
    roles: [],
    authorizer,
    grantees: new Set([principalId]),
    grants: new Map([[serverId, everyBit]]),
    restrictions: new Map(),
    passage: new Set(),
  }
}
