import type { AuthProvider } from '@headgate/auth'

/**
 * Whose answers a session gets; null when nobody can tell, so that none of them may be kept.
 *
 * @param lasting it is a provider of a registry, which never changes who it is: a session ends instead
 */
export function identityOf({ provenance }: AuthProvider, lasting: boolean): string | null {
  if (provenance === undefined) return lasting ? '' : null
  const { who, actors = [], target, obtainedBy } = provenance
  const parties = [who, ...actors].map((party) => [party?.issuer, party?.subject])
  return JSON.stringify([parties, target, obtainedBy])
}
