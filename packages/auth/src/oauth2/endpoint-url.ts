import { AuthError } from '../auth-error.ts'

/**
 * Parses the address of an endpoint. Secrets and tokens are sent to it, so it must be https, or http on this machine
 * (RFC 9700 section 2.6, RFC 8252 section 8.3).
 *
 * @param property names the address in error messages
 * @param base URL to which a relative address is appended
 * @throws {AuthError} configuration
 */
export function endpointUrl(text: string, property: string, base?: string): URL {
  const url = URL.canParse(text) ? new URL(text) : resolveBelow(text, property, base)
  if (url.protocol !== 'https:' && !isLoopback(url)) {
    const reason = 'must begin with https://, or be on this machine, because secrets are sent there'
    throw new AuthError('configuration', `${property} ${reason}`, { property })
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw new AuthError('configuration', `${property} must not contain a user, a password or a fragment`, {
      property,
    })
  }
  return url
}

function resolveBelow(path: string, property: string, base: string | undefined): URL {
  if (base === undefined || !URL.canParse(base)) {
    throw new AuthError('configuration', `${property} must be an absolute https URL`, { property })
  }
  return new URL(`${base.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`)
}

/** Returns whether a URL is plain http to this machine. Other machines cannot read such a request. */
export function isLoopback(url: URL): boolean {
  return url.protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
}
