import type { Privilege } from '../privilege.ts'

/** The answer to "may they", as a value. `policyVersion` is re-checked inside the write it allows. */
export interface Decision {
  readonly outcome: 'allow' | 'hide' | 'deny'
  readonly privilege: Privilege
  readonly policyVersion: number
  /** The user may, but not through this engine: the name of its entry. */
  readonly limitedBy?: string
  /** Rules of the authorizer that remove the granted right. Empty: no rule permits it. */
  readonly forbiddenBy?: readonly string[]
}
