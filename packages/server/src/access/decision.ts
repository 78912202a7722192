import type { Privilege } from '../privilege.ts'

/** Result of an access check. A write verifies that `policyVersion` is still current before it commits. */
export interface Decision {
  readonly outcome: 'allow' | 'hide' | 'deny'
  readonly privilege: Privilege
  readonly policyVersion: number
  /**
   * Name of the engine whose limits remove the requested privilege. Present only when the user itself holds the
   * privilege.
   */
  readonly limitedBy?: string
  /** Names of the authorizer rules that remove the granted privilege. Empty when no rule permits it. */
  readonly forbiddenBy?: readonly string[]
}
