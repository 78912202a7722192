import type { Decision } from '../access/decision.ts'
import type { Policy } from '../access/policy.ts'

/** An object that exists, and the decision that allows the caller to use it. */
export interface Authorized<T> {
  readonly found: T
  readonly decision: Decision
  /** Policy that decided. */
  readonly policy: Policy
}

/**
 * Returns the policy version that decisions or rows of one operation have in common. Null when they differ: the policy
 * changed between them, and versions do not say which one is newer.
 */
export function commonPolicyVersion(first: Versioned, ...others: readonly Versioned[]): number | null {
  const { policyVersion } = first
  return others.every((other) => other.policyVersion === policyVersion) ? policyVersion : null
}

interface Versioned {
  readonly policyVersion: number
}
