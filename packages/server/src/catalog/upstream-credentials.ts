import { HeadgateError } from '@headgate/errors'
import type { StorageProfile } from '@headgate/storage'
import type { VendingProfile } from './vending-profile.ts'

/**
 * Credential modes: how clients of an upstream warehouse access its storage.
 *
 * - `own`: this server issues credentials with the keys and the vending mode of the warehouse
 * - `relay`: the storage gateway of this server accesses the storage with credentials that the upstream
 *   catalog vends
 * - `pass`: clients receive the credentials that the upstream catalog vends
 * - `none`: clients receive no credentials
 */
export const upstreamCredentialModes = ['own', 'relay', 'pass', 'none'] as const

export type UpstreamCredentialMode = (typeof upstreamCredentialModes)[number]

/**
 * Returns the credential mode in the stored settings of an upstream catalog. Returns `own` for a managed
 * warehouse.
 */
export function readCredentialMode(
  upstream: Readonly<Record<string, unknown>> | null,
): UpstreamCredentialMode {
  const mode = upstream?.['credentials']
  return upstreamCredentialModes.find((known) => known === mode) ?? 'own'
}

/** Returns the vending profile to store for a credential mode, if the request contains none. */
export function vendingFor(mode: UpstreamCredentialMode, configured: VendingProfile): VendingProfile {
  if (mode === 'own') return configured
  return mode === 'relay' ? effectiveVending(mode, configured) : { mode: 'none' }
}

/**
 * Returns the vending profile with which a warehouse issues storage access. Only a warehouse with the
 * credential mode `own` uses its configured vending profile unchanged.
 */
export function effectiveVending(mode: UpstreamCredentialMode, configured: VendingProfile): VendingProfile {
  if (mode === 'own' || (mode === 'relay' && configured.mode === 'gateway')) return configured
  return { mode: mode === 'relay' ? 'gateway' : mode }
}

/**
 * Checks that the storage, the vending profile and the credential mode of a warehouse are compatible.
 *
 * @param vending vending profile in the request. Undefined when the request contains none
 * @throws HeadgateError `bad-request`
 */
export function checkCredentialMode(
  mode: UpstreamCredentialMode,
  profile: StorageProfile,
  vending: VendingProfile | undefined,
): void {
  if (mode === 'own') {
    if (profile.type === 's3' && profile.credentials === 'none')
      throw new HeadgateError(
        'bad-request',
        'The server needs access to the storage of the warehouse: set its keys. Only an upstream warehouse with credentials relay, pass or none works without storage keys.',
      )
    return
  }
  const fitting = mode === 'relay' ? 'gateway' : 'none'
  if (vending === undefined || vending.mode === fitting) return
  throw new HeadgateError(
    'bad-request',
    `Vending mode ${vending.mode} has no effect with upstream.credentials ${mode}: omit it, or use own.`,
  )
}
