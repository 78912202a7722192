import type { VendingProfile } from '../catalog/vending-profile.ts'
import { matchesGlob } from '../identity/subject-rules.ts'

/** Longer names of clients are compared by their start. */
const maxUserAgentLength = 256

/**
 * Returns true when a client gets storage credentials without `s3.endpoint`, by its User-Agent header. ClickHouse takes the
 * place of objects from a setting of its own, and composes wrong paths when it gets an endpoint as well.
 */
export function omitsEndpoint(profile: VendingProfile, userAgent: string | undefined): boolean {
  if (!('omitEndpointFor' in profile) || profile.omitEndpointFor === undefined) return false
  const name = (userAgent ?? '').slice(0, maxUserAgentLength)
  return profile.omitEndpointFor.some((pattern) => matchesGlob(pattern, name))
}
