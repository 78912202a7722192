import type { AuthProvider } from '@headgate/auth'

/**
 * Returns a string that identifies the caller that the server authenticates, or null if the caller is unknown.
 * Responses for an unknown caller must not be cached.
 *
 * @param isFixed whether the client created the auth provider from its properties. Such a provider always
 *   authenticates the same caller
 */
export function toIdentity({ provenance }: AuthProvider, isFixed: boolean): string | null {
  if (provenance === undefined) return isFixed ? '' : null
  const { who, actors = [], target, obtainedBy } = provenance
  const parties = [who, ...actors].map((party) => [party?.issuer, party?.subject])
  return JSON.stringify([parties, target, obtainedBy])
}
