import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { ReceivedBody } from './received-body.ts'

/** Complete response of the upstream catalog. */
export interface UpstreamResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: Buffer
  /**
   * Texts that error messages about this response must not contain, such as the token that the request was
   * sent with.
   */
  readonly hidden?: readonly string[]
}

/** Response to an earlier request that was equal. */
export interface EarlierResponse {
  readonly body: Buffer
  /** Null when the upstream sent none. */
  readonly etag: string | null
}

/** Error code for a response that was not complete within its time limit. */
export const responseTimeout = 'UPSTREAM_RESPONSE_TIMEOUT'

/**
 * Sends a request with a dispatcher of undici and reads the complete response. Does not use
 * `Dispatcher.request`, because the stream that it returns costs about as much CPU time as the rest of a
 * small request.
 *
 * @param expected body of an earlier response. If the new body is equal, the response contains this buffer,
 *   and the received bytes are not copied
 * @param timeoutMs time limit for the request and its complete response. The time limits of undici apply to
 *   each part of a response, so they do not end a response that never stops
 * @throws the reason of the signal, and errors of undici
 */
export function readResponse(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal | null,
  {
    timeoutMs,
    expected = null,
  }: { readonly timeoutMs: number; readonly expected?: Buffer | null | undefined },
): Promise<UpstreamResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<UpstreamResponse>()
  let controller: Dispatcher.DispatchController | null = null
  const onAbort = (): void => {
    const reason = signal?.reason instanceof Error ? signal.reason : new Error('the request was aborted')
    controller?.abort(reason)
    reject(reason)
  }
  if (signal?.aborted === true) {
    onAbort()
    return promise
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  let timer: NodeJS.Timeout | undefined
  const end = (): void => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
  const received = new ReceivedBody(expected)
  let status = 0
  let headers: IncomingHttpHeaders = {}
  dispatcher.dispatch(options, {
    onRequestStart: (started) => {
      controller = started
      clearTimeout(timer)
      timer = setTimeout(() => {
        const error = new Error(`the response was not complete within ${timeoutMs} ms`)
        started.abort(Object.assign(error, { code: responseTimeout }))
      }, timeoutMs)
    },
    onResponseStart: (_, code, responseHeaders) => {
      status = code
      headers = responseHeaders
    },
    onResponseData: (_, chunk) => received.add(chunk),
    onResponseEnd: () => {
      end()
      const body = received.end()
      resolve({ status, headers: { get: (name) => joined(headers[name.toLowerCase()]) }, body })
    },
    onResponseError: (_, error) => {
      end()
      reject(error)
    },
  })
  return promise
}

function joined(value: string | string[] | undefined): string | null {
  if (value === undefined) return null
  return typeof value === 'string' ? value : value.join(', ')
}
