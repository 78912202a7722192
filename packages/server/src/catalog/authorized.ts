import type { Decision } from '../access/decision.ts'
import type { Policy } from '../access/policy.ts'

/** Object that exists, with the decision that allows the caller to use it. */
export interface Authorized<T> {
  readonly found: T
  readonly decision: Decision
  /** Policy with which the decision was made. */
  readonly policy: Policy
}

/**
 * Returns the policy version that all decisions and rows of an operation have in common. Returns null when
 * their versions differ, because the policy changed between the reads. Policy versions are random, so the
 * newer one cannot be determined.
 */
export function commonPolicyVersion(first: Versioned, ...others: readonly Versioned[]): number | null {
  const { policyVersion } = first
  return others.every((other) => other.policyVersion === policyVersion) ? policyVersion : null
}

interface Versioned {
  readonly policyVersion: number
}
