import type { VendingProfile } from '../catalog/vending-profile.ts'
import { matchesGlob } from '../glob.ts'

/** Maximum length of a `User-Agent` that is compared. Of longer ones, only the start is compared. */
const maxUserAgentLength = 256

/**
 * Returns whether a client receives storage credentials without `s3.endpoint`, by its `User-Agent` header. ClickHouse reads
 * the endpoint from its own setting, and composes wrong paths when it also receives one.
 */
export function omitsEndpoint(profile: VendingProfile, userAgent: string | undefined): boolean {
  if (!('omitEndpointFor' in profile) || profile.omitEndpointFor === undefined) return false
  const name = (userAgent ?? '').slice(0, maxUserAgentLength)
  return profile.omitEndpointFor.some((pattern) => matchesGlob(pattern, name))
}
