import { Stale } from '../catalog/stale.ts'

/**
 * Returns the policy version that decisions or rows of one operation have in common.
 *
 * @throws Stale when they differ: the policy changed between them, and versions do not say which one is newer
 */
export function commonPolicyVersion(first: Versioned, ...others: readonly Versioned[]): number {
  const { policyVersion } = first
  if (others.some((other) => other.policyVersion !== policyVersion)) throw new Stale()
  return policyVersion
}

interface Versioned {
  readonly policyVersion: number
}
