import { retryAfterMs } from '../retry-after.ts'

/** What came back. */
export interface RawAnswer {
  /** 0 for a redirect in a browser, which shows nothing of it. */
  readonly status: number
  readonly headers: Headers
  /** Read to its end. */
  readonly body: Uint8Array
}

/** Redirects are not followed: that would take the caller's authentication to a place that nobody configured. */
export const isRedirect = ({ status, headers }: RawAnswer): boolean =>
  status === 0 || (status >= 300 && status < 400 && headers.has('location'))

/** When the server allows the request to be repeated, in seconds; `now` is in epoch ms. */
export function retryAfterSeconds(headers: Headers, now: number): number | undefined {
  const wait = retryAfterMs(headers.get('retry-after'), now)
  return wait === undefined ? undefined : Math.ceil(wait / 1_000)
}
