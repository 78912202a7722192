import { HeadgateError } from '@headgate/errors'

/** Returns the token of an `Authorization: Bearer` header (RFC 6750 section 2.1). Throws 401 for every other header. */
export function bearerToken(header: string): string {
  const token = parseBearer(header)
  if (token !== null) return token
  const scheme = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+(?= |$)/.exec(header)?.[0].toLowerCase()
  throw new HeadgateError(
    'unauthenticated',
    scheme === undefined || scheme === 'bearer'
      ? 'The Authorization header is malformed: it must be "Bearer" and one access token.'
      : 'The Authorization header must be "Bearer" and an access token: exchange the client secret for one at the token endpoint.',
  )
}

/**
 * Parses the token of an `Authorization: Bearer` header. Returns null for another scheme or a malformed header.
 */
export function parseBearer(header: string): string | null {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header)?.[1] ?? null
}
