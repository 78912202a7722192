import type { Policies } from '../access/policies.ts'
import type { Policy } from '../access/policy.ts'
import type { AuditDraft } from '../events/audit-event.ts'
import type { ProvenIdentity } from '../proven-identity.ts'

/** Caller of an operation, with its identity, its policy and the draft of its audit event. */
export interface Caller {
  readonly identity: ProvenIdentity
  /**
   * Token of another (configured) issuer with which the caller authenticated this request. Absent or null
   * when the caller used no such token.
   */
  readonly externalToken?: string | null
  readonly policy: Policy
  /** Draft of the audit event. Functions that authorize the caller add the object and the privilege to it. */
  readonly audit: AuditDraft
}

/** Returns the policy of the caller in the version that a row was read with, or in a newer version. */
export function policyAt(
  { policies }: { readonly policies: Policies },
  { policy, identity }: Pick<Caller, 'policy' | 'identity'>,
  version: number,
): Policy | Promise<Policy> {
  return version === policy.version ? policy : policies.get(identity, version)
}
