import type { IncomingMessage } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import { isLoopback } from '@headgate/storage'

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const exposed = 'ETag, Retry-After, WWW-Authenticate, X-Request-Id'

/**
 * Returns the CORS headers of the response to a request (Fetch standard, "CORS protocol"), or none when its origin is not
 * configured. `*` allows every origin: tokens are sent in a header, never in cookies.
 */
export function corsHeaders(request: IncomingMessage, origins: readonly string[]): Record<string, string> {
  const origin = request.headers.origin
  if (origin === undefined || origins.length === 0) return {}
  const any = origins.includes('*')
  if (!any && !origins.includes(origin)) return {}
  const headers: Record<string, string> = {
    'access-control-allow-origin': any ? '*' : origin,
    'access-control-expose-headers': exposed,
    vary: 'Origin',
  }
  if (!isPreflight(request)) return headers
  return {
    ...headers,
    'access-control-allow-methods': methods,
    'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '',
    'access-control-max-age': '600',
  }
}

export function isPreflight(request: IncomingMessage): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined
}

/**
 * Checks the origin and host of an anonymous request. An anonymous request contains no token, so only these two
 * headers show whether a web page sent it through the browser of a user.
 *
 * @throws HeadgateError `forbidden` for a request that a browser sent for a page of another origin, or to a
 *   host name that is not one of this machine (DNS rebinding)
 */
export function refuseForeignPage(request: IncomingMessage, origins: readonly string[]): void {
  const { origin, host } = request.headers
  if (host !== undefined && !isLoopback(host.replace(/:\d*$/, ''))) {
    throw new HeadgateError(
      'forbidden',
      'An anonymous server accepts only names of this machine as host: localhost, 127.0.0.1 or [::1].',
    )
  }
  if (origin === undefined || origins.includes(origin)) return
  throw new HeadgateError(
    'forbidden',
    'Web pages may not call an anonymous server. Add their origin to HEADGATE_CORS_ORIGINS.',
  )
}
