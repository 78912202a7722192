import type { Authorizer } from './policy.ts'

/** Authorizer that removes nothing: only grants decide. */
export const grantsAuthorizer: Authorizer = {
  narrows: false,
  narrow: (_caller, _object, bits) => bits,
  forbidding: () => null,
}
