/** Mechanism by which a client gets access to the storage of a table. */
export type AccessDelegation = 'vended-credentials' | 'remote-signing'

const none: readonly AccessDelegation[] = []
/**
 * Decoded form of the header value that most clients send. All requests share this array, which avoids an allocation
 * per request.
 */
const onlyVended: readonly AccessDelegation[] = ['vended-credentials']

/**
 * Decodes the header `X-Iceberg-Access-Delegation`: the mechanisms that the client supports, in its order of
 * preference. Ignores unknown mechanisms, because the specification lets the server choose any of the mechanisms or
 * no mechanism.
 *
 * @example decodeAccessDelegation('remote-signing, vended-credentials') // ['remote-signing', 'vended-credentials']
 */
export function decodeAccessDelegation(header: string | null | undefined): readonly AccessDelegation[] {
  if (header === null || header === undefined) return none
  if (header === 'vended-credentials') return onlyVended
  const names = header.split(',').map((name) => name.trim().toLowerCase())
  return [...new Set(names)].filter((name) => name === 'vended-credentials' || name === 'remote-signing')
}
