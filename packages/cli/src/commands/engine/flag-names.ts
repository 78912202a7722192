import type { FlagNames } from '../../connection/flag-names.ts'

/** Flags of engine commands by the member of the request that they set. */
export const engineFlags: FlagNames = {
  subjects: '--subject',
  namesIssuer: '--names-issuer',
  unsignedSubjects: '--unsigned-subjects',
  assertions: '--assertions',
  makesPrincipals: '--makes-principals',
  namesAdministrators: '--names-administrators',
  firstCalls: '--first-calls',
  warehouses: '--only-warehouse',
  privileges: '--only-privilege',
  administers: '--administers',
  refreshes: '--refreshes',
  viewChains: '--view-chains',
  tokenSeconds: '--access-life',
  sessionSeconds: '--session-life',
}
