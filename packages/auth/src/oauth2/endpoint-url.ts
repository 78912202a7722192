import { AuthError } from '../auth-error.ts'

/**
 * An address that secrets and tokens may be sent to: https, or this machine itself (RFC 9700 section 2.6, RFC 8252
 * section 8.3).
 *
 * @param base What a relative address is relative to.
 */
export function endpointUrl(given: string, property: string, base?: string): URL {
  const url = URL.canParse(given) ? new URL(given) : relativeTo(given, property, base)
  if (url.protocol !== 'https:' && !isLoopback(url)) {
    const why = 'must begin with https://, or be on this machine: secrets are sent there'
    throw new AuthError('configuration', `${property} ${why}`, { property })
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw new AuthError('configuration', `${property} must not hold a user, a password or a fragment`, {
      property,
    })
  }
  return url
}

function relativeTo(given: string, property: string, base: string | undefined): URL {
  if (base === undefined || !URL.canParse(base)) {
    throw new AuthError('configuration', `${property} must be an absolute https URL`, { property })
  }
  return new URL(`${base.replace(/\/+$/, '')}/${given.replace(/^\/+/, '')}`)
}

/** Plain http to the machine one is on: nobody is in between. */
export function isLoopback(url: URL): boolean {
  return url.protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
}
