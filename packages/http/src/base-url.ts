import { HeadgateError } from '@headgate/errors'

/**
 * Parses the base URL of a server, which is the part of its URLs before `/v1`. Returns the base URL without a slash at
 * its end.
 *
 * @throws {HeadgateError} bad-request; the message does not contain the URL, which may contain a password
 *
 * @example
 * ```ts
 * baseUrl('HTTPS://Catalog.example.com/lake/') // 'https://catalog.example.com/lake'
 * ```
 */
export function baseUrl(uri: string): string {
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new HeadgateError(
      'bad-request',
      'Invalid uri: it must be an http or https URL, without the path /v1 of the protocol',
    )
  // A query or fragment is refused because paths are appended to the URL, and a password because error messages would
  // show it.
  if (/[?#]/.test(url.href) || url.username !== '' || url.password !== '')
    throw new HeadgateError(
      'bad-request',
      'Invalid uri: it must have no query, fragment, user or password; set credentials with the option auth',
    )
  return url.href.replace(/\/+$/, '')
}
