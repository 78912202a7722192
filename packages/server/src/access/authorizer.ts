import type { Policy } from './policy.ts'
import type { ObjectNames, Privilege } from './privilege.ts'

/**
 * Has the last word on what grants give: it may take privileges away, never add any. It knows the caller by its policy and
 * objects by their names, so that it needs nothing that is not in memory and says the same of an object in a list as of
 * one that is asked for.
 */
export interface Authorizer {
  /** False: it never takes anything away, and lists need not ask. */
  readonly narrows: boolean
  /** Of these privileges on an object, as bits, those that are left. With a privilege go all that imply it. */
  narrow(caller: Policy, object: ObjectNames, bits: number): number
  /** Names of the rules that take the privilege away; none: no rule gives it. Null: it is not taken away. */
  forbidding(caller: Policy, object: ObjectNames, privilege: Privilege): readonly string[] | null
}

/** Grants have the last word themselves. */
export const grantsAuthorizer: Authorizer = {
  narrows: false,
  narrow: (_caller, _object, bits) => bits,
  forbidding: () => null,
}
