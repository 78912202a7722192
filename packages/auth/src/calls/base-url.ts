import { HeadgateError } from '@headgate/errors'

/**
 * Where a catalog is: what comes before `/v1` in its URLs, without a slash at its end.
 *
 * @throws {HeadgateError} bad-request, without the URL, which may hold a password
 */
export function baseUrl(uri: string): string {
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new HeadgateError('bad-request', 'Invalid uri: expected http://… or https://…, without the /v1')
  // Neither can be part of a URL to which paths are added; and a password would be shown with it.
  if (/[?#]/.test(url.href) || url.username !== '' || url.password !== '')
    throw new HeadgateError(
      'bad-request',
      'Invalid uri: it must have no query, fragment, user or password; use auth',
    )
  return url.href.replace(/\/+$/, '')
}
