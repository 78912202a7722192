import type { Decision } from '../access/decision.ts'
import type { Policy } from '../access/policy.ts'

/** An object that exists, and the decision that allows the caller to use it. */
export interface Authorized<T> {
  readonly found: T
  readonly decision: Decision
  /** Policy with which the decision was made. */
  readonly policy: Policy
}

/**
 * Returns the policy version of the decisions and rows of one operation if all have the same version. Returns null if
 * they differ: the policy changed between the reads, and versions do not show which one is newer.
 */
export function commonPolicyVersion(first: Versioned, ...others: readonly Versioned[]): number | null {
  const { policyVersion } = first
  return others.every((other) => other.policyVersion === policyVersion) ? policyVersion : null
}

interface Versioned {
  readonly policyVersion: number
}
