import { HeadgateError } from '@headgate/errors'

/** The server that everything goes to. */
export interface Upstream {
  /** `https://host:port` */
  readonly origin: string
  /** As it stands in the `Host` header. */
  readonly host: string
  /** What stands before each path: empty, or `/iceberg`. */
  readonly basePath: string
}

/**
 * Reads the address of an upstream; the base path is kept as it is written.
 *
 * @throws HeadgateError `illegal-argument`
 */
export function readUpstream(text: string): Upstream {
  const url = URL.parse(text)
  const path = /^https?:\/\/[^/?#\\]+([^?#]*)$/i.exec(text)?.[1]
  if (url === null || path === undefined || url.username !== '' || url.password !== '') {
    throw new HeadgateError(
      'illegal-argument',
      'The upstream must be written like https://catalog.example.com/iceberg: http or https, no user, no query.',
    )
  }
  if (!/^[\x21-\x7e]*$/.test(path) || /(^|\/)(\.|%2e){1,2}(\/|$)/i.test(path)) {
    throw new HeadgateError(
      'illegal-argument',
      'The path of the upstream must be plain: escaped, without dots.',
    )
  }
  return { origin: url.origin, host: url.host, basePath: path.replace(/\/+$/, '') }
}
