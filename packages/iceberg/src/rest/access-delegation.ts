/** Mechanism by which a client gets access to the storage of a table. */
export type AccessDelegation = 'vended-credentials' | 'remote-signing'

const none: readonly AccessDelegation[] = []
/** Value that nearly every client sends. It is shared to avoid an allocation per request. */
const onlyVended: readonly AccessDelegation[] = ['vended-credentials']

/**
 * Decodes the header `X-Iceberg-Access-Delegation`: the mechanisms that the client supports, in its order of preference.
 * Ignores unknown mechanisms, because the specification lets the server choose any or none.
 *
 * @example decodeAccessDelegation('remote-signing, vended-credentials') // ['remote-signing', 'vended-credentials']
 */
export function decodeAccessDelegation(header: string | null | undefined): readonly AccessDelegation[] {
  if (header === null || header === undefined) return none
  if (header === 'vended-credentials') return onlyVended
  const names = header.split(',').map((name) => name.trim().toLowerCase())
  return [...new Set(names)].filter((name) => name === 'vended-credentials' || name === 'remote-signing')
}
