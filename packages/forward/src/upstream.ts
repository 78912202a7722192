import { HeadgateError } from '@headgate/errors'

/** The server to which the proxy forwards. */
export interface Upstream {
  /** Origin of the base URL: `https://host:port` */
  readonly origin: string
  /** Value of the `Host` header in requests to the upstream. */
  readonly host: string
  /** Path of the base URL, which precedes each forwarded path: empty, or for example `/iceberg`. */
  readonly basePath: string
  /**
   * Content encoding that the proxy requests for responses that it rewrites. On loopback, compression takes more time
   * than the transfer of the uncompressed body.
   */
  readonly encoding: 'gzip' | 'identity'
}

/**
 * Parses the address of an upstream. Keeps the text of the base path.
 *
 * @throws HeadgateError `illegal-argument` for an address that is not valid
 */
export function readUpstream(text: string): Upstream {
  const url = URL.parse(text)
  const path = /^https?:\/\/[^/?#\\]+([^?#]*)$/i.exec(text)?.[1]
  if (url === null || path === undefined || url.username !== '' || url.password !== '') {
    throw new HeadgateError(
      'illegal-argument',
      'The upstream must be a URL like https://catalog.example.com/iceberg: http or https, without user and query.',
    )
  }
  if (!/^[\x21-\x7e]*$/.test(path) || /(^|\/)(\.|%2e){1,2}(\/|$)/i.test(path)) {
    throw new HeadgateError(
      'illegal-argument',
      'The path of the upstream must be percent-encoded, and must not contain the segments . and ..',
    )
  }
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)
  return {
    origin: url.origin,
    host: url.host,
    basePath: path.replace(/\/+$/, ''),
    encoding: isLoopback ? 'identity' : 'gzip',
  }
}
