import type { VendingProfile } from '../catalog/vending-profile.ts'
import { matchesGlob } from '../glob.ts'

/** Maximum number of characters of a `User-Agent` header that are compared with the patterns in a vending profile. */
const maxUserAgentLength = 256

/**
 * Returns true when storage credentials for the client with this `User-Agent` header must not contain `s3.endpoint`.
 * ClickHouse reads the endpoint from its own setting, and composes wrong paths when it also receives one.
 */
export function omitsEndpoint(profile: VendingProfile, userAgent: string | undefined): boolean {
  if (!('omitEndpointFor' in profile) || profile.omitEndpointFor === undefined) return false
  const name = (userAgent ?? '').slice(0, maxUserAgentLength)
  return profile.omitEndpointFor.some((pattern) => matchesGlob(pattern, name))
}
