import type { FlagNames } from '../../connection/flag-names.ts'

/** Options of engine commands, keyed by the member of the request that each option sets. */
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
  enforcesRestrictions: '--enforces-restrictions',
  tokenSeconds: '--access-life',
  sessionSeconds: '--session-life',
}
