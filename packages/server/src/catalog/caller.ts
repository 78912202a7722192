import type { Policies } from '../access/policies.ts'
import type { Policy } from '../access/policy.ts'
import type { AuditDraft } from '../events/audit-event.ts'
import type { ProvenIdentity } from '../proven-identity.ts'

/** Caller of an operation, with its policy and the draft of its audit event. */
export interface Caller {
  readonly identity: ProvenIdentity
  readonly policy: Policy
  /** The functions that authorize a caller add the object and the privilege. */
  readonly audit: AuditDraft
}

/** Returns the caller's policy of the version that a row was read with, or a newer one. */
export function policyAt(
  { policies }: { readonly policies: Policies },
  { policy, identity }: Pick<Caller, 'policy' | 'identity'>,
  version: number,
): Policy | Promise<Policy> {
  return version === policy.version ? policy : policies.get(identity, version)
}
