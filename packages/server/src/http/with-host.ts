import type { IncomingMessage, RequestListener } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import type { Refuse } from './broken-request.ts'

/**
 * Passes requests with one Host header to the listener. Refuses HTTP/1.1 requests without a Host header, and
 * all requests with several Host headers (RFC 9112 section 3.2).
 */
export function withHost(listener: RequestListener, refuse: Refuse): RequestListener {
  return (request, response) => {
    const hosts = countHosts(request.rawHeaders)
    if (hosts === 1 || (hosts === 0 && request.httpVersion !== '1.1')) {
      toOriginForm(request)
      listener(request, response)
      return
    }
    const why =
      hosts === 0 ? 'An HTTP/1.1 request needs a Host header.' : 'A request must have one Host header.'
    const { status, headers, body } = refuse(new HeadgateError('bad-request', why))
    response.writeHead(status, {
      ...headers,
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
}

/**
 * Converts an absolute request target (`http://host/path`) to a path and a Host header (RFC 9112 section
 * 3.2.2).
 */
function toOriginForm(request: IncomingMessage): void {
  const { url = '/' } = request
  if (url.startsWith('/')) return
  const [, host, rest = ''] = /^https?:\/\/([^/?]+)(.*)$/i.exec(url) ?? []
  if (host === undefined) return
  request.headers.host = host
  request.url = rest.startsWith('/') ? rest : `/${rest}`
}

/** Returns the number of Host headers. `request.headers` contains only the first one. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count
}
