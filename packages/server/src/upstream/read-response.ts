import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { ReceivedBody } from './received-body.ts'

/** A complete response of the upstream. */
export interface UpstreamResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: Buffer
}

/**
 * Sends a request with a dispatcher of undici and reads its whole response. `Dispatcher.request` returns the body as a
 * stream, which costs about as much as the rest of a small request.
 *
 * @param expected body of an earlier response. A response with an equal body returns this buffer, and its bytes are not
 *   copied
 * @throws the reason of the signal, and errors of undici
 */
export function readResponse(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal,
  expected: Buffer | null = null,
): Promise<UpstreamResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<UpstreamResponse>()
  let controller: Dispatcher.DispatchController | null = null
  const onAbort = (): void => {
    const reason = signal.reason instanceof Error ? signal.reason : new Error('the request was aborted')
    controller?.abort(reason)
    reject(reason)
  }
  if (signal.aborted) {
    onAbort()
    return promise
  }
  signal.addEventListener('abort', onAbort, { once: true })
  const received = new ReceivedBody(expected)
  let status = 0
  let headers: IncomingHttpHeaders = {}
  dispatcher.dispatch(options, {
    onRequestStart: (started) => {
      controller = started
    },
    onResponseStart: (_, code, responseHeaders) => {
      status = code
      headers = responseHeaders
    },
    onResponseData: (_, chunk) => received.add(chunk),
    onResponseEnd: () => {
      signal.removeEventListener('abort', onAbort)
      const body = received.end()
      resolve({ status, headers: { get: (name) => joined(headers[name.toLowerCase()]) }, body })
    },
    onResponseError: (_, error) => {
      signal.removeEventListener('abort', onAbort)
      reject(error)
    },
  })
  return promise
}

function joined(value: string | string[] | undefined): string | null {
  if (value === undefined) return null
  return typeof value === 'string' ? value : value.join(', ')
}
