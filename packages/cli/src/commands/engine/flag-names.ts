import type { FlagNames } from '../../connection/in-flags.ts'

/** Options of engine commands by the names that the management interface has for what they set. */
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
