import type { IncomingMessage } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import { isLoopback } from '@headgate/storage'

/**
 * Refuses requests that a browser did not send for a page of this server: requests of other sites, and requests of
 * clients other than browsers.
 *
 * Browsers send `Sec-Fetch-Site` to https URLs and to this machine. To other URLs they send only `Origin`, and only with
 * some requests.
 *
 * @throws HeadgateError `forbidden`
 */
export function refuseOtherSites({ headers }: Pick<IncomingMessage, 'headers'>): void {
  const { host = '' } = headers
  const origin = headers.origin
  const site = headers['sec-fetch-site']
  const isSameOrigin = origin === undefined || origin === `http://${host}` || origin === `https://${host}`
  if (site === undefined ? origin !== undefined && isSameOrigin : site === 'same-origin' && isSameOrigin)
    return
  throw new HeadgateError(
    'forbidden',
    'Only the page of the console may send this request. Other clients use the same path without /console/api, with a token.',
  )
}

/**
 * Refuses a sign-in over a connection that others can read.
 *
 * @throws HeadgateError `forbidden` unless the public URL of the server is https, or the browser is on this machine
 */
export function refuseInsecure({ headers }: Pick<IncomingMessage, 'headers'>, isSecure: boolean): void {
  if (isSecure || isLoopback((headers.host ?? '').replace(/:\d*$/, ''))) return
  throw new HeadgateError(
    'forbidden',
    'The console needs https. Set HEADGATE_TLS_CERT_FILE and HEADGATE_TLS_KEY_FILE, or HEADGATE_PUBLIC_URL to the https URL of a proxy.',
  )
}
