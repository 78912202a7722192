import { retryAfterMs } from './retry-after.ts'

/** A response whose body is in memory. */
export interface BufferedResponse {
  /** HTTP status. It is 0 for a redirect in a browser, because browsers hide redirect responses. */
  readonly status: number
  readonly headers: Headers
  /** The complete body. It is empty if `stream` is set. */
  readonly body: Uint8Array
  /** The body of a successful response as an unread stream, if the caller requested a stream. */
  readonly stream?: ReadableStream<Uint8Array<ArrayBuffer>>
}

/**
 * Returns whether a response is a redirect. Clients do not follow it, because the credentials of the caller would go to a
 * server that the caller did not configure.
 *
 * @example
 * ```ts
 * isRedirect({ status: 307, headers: new Headers({ location: '/elsewhere' }), body: new Uint8Array() }) // true
 * ```
 */
export const isRedirect = ({ status, headers }: BufferedResponse): boolean =>
  status === 0 || (status >= 300 && status < 400 && headers.has('location'))

/**
 * Returns the number of seconds after which the server permits the request again (`Retry-After`), or undefined. `now`
 * is in epoch ms.
 *
 * @example
 * ```ts
 * retryAfterSeconds(new Headers({ 'retry-after': '30' }), Date.now()) // 30
 * ```
 */
export function retryAfterSeconds(headers: Headers, now: number): number | undefined {
  const wait = retryAfterMs(headers.get('retry-after'), now)
  return wait === undefined ? undefined : Math.ceil(wait / 1_000)
}
