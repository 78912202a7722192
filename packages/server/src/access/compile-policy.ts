import type { PolicyRow } from '../store/policies.ts'
import type { Policy } from './policy.ts'
import { bitsOf, privilegeBits } from './privilege-bits.ts'
import { serverId } from './privilege.ts'

/** The policy of a principal from what the store says about it. */
export function compilePolicy(principalId: string, row: Omit<PolicyRow, 'notBefore'>): Policy {
  if (row.enabled !== true) return disabled(principalId, row.version)
  return {
    version: row.version,
    principalId,
    enabled: true,
    grantees: new Set(row.grantees),
    grants: new Map(row.grants.map((grant) => [grant.id, bitsOf(grant.privileges)])),
    passage: new Set(row.passage),
  }
}

/** The policy of a principal that was disabled or removed, or of a session from before its `not_before`. */
export function disabled(principalId: string, version: number): Policy {
  return { version, principalId, enabled: false, grantees: new Set(), grants: new Map(), passage: new Set() }
}

/** `manage` on the server and with it everything below. */
export function everything(principalId: string, version: number): Policy {
  return {
    version,
    principalId,
    enabled: true,
    grantees: new Set([principalId]),
    grants: new Map([[serverId, privilegeBits.manage]]),
    passage: new Set(),
  }
}
