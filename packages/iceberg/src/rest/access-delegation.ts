/** A way in which a client can be given access to a table's storage. */
export type AccessDelegation = 'vended-credentials' | 'remote-signing'

const none: readonly AccessDelegation[] = []
/** What nearly every client sends that asks. */
const onlyVended: readonly AccessDelegation[] = ['vended-credentials']

/**
 * Reads the header `X-Iceberg-Access-Delegation`: what the client can use, in its order of preference. Mechanisms that
 * are not known are left out, as the server may supply any or none of them.
 *
 * @example decodeAccessDelegation('remote-signing, vended-credentials') // ['remote-signing', 'vended-credentials']
 */
export function decodeAccessDelegation(header: string | null | undefined): readonly AccessDelegation[] {
  if (header === null || header === undefined) return none
  if (header === 'vended-credentials') return onlyVended
  const names = header.split(',').map((name) => name.trim().toLowerCase())
  return [...new Set(names)].filter((name) => name === 'vended-credentials' || name === 'remote-signing')
}
