import type { IncomingMessage } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import { isLoopback } from '../loopback.ts'

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const exposed = 'ETag, Retry-After, WWW-Authenticate, X-Request-Id'

/**
 * The CORS headers of an answer to this request (Fetch standard, "CORS protocol"); none when its origin is not
 * among the configured ones. `*` stands for every origin: tokens travel in a header, never in cookies.
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
 * Where no token is asked for, only two headers stand between the server and any page that its user looks at.
 *
 * @throws HeadgateError `forbidden` for a request that a browser sent for a page of another origin, or to another name
 *   than this machine's, which a page of that name may have let point here (DNS rebinding)
 */
export function refuseForeignPage(request: IncomingMessage, origins: readonly string[]): void {
  const { origin, host } = request.headers
  if (host !== undefined && !isLoopback(host.replace(/:\d*$/, ''))) {
    throw new HeadgateError(
      'forbidden',
      'An anonymous server is called by a name of this machine only: localhost, 127.0.0.1 or [::1].',
    )
  }
  if (origin === undefined || origins.includes(origin)) return
  throw new HeadgateError(
    'forbidden',
    'Pages may not call an anonymous server: name their origin in HEADGATE_CORS_ORIGINS.',
  )
}
