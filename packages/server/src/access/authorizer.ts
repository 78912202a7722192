import type { Authorizer } from './policy.ts'

/** Default authorizer. It removes no privilege, so only grants and ownership decide. */
export const grantsAuthorizer: Authorizer = {
  narrows: false,
  narrow: (_caller, _object, bits) => bits,
  forbidding: () => null,
}
