import { AttemptLimit } from './attempt-limit.ts'
import type { BufferedResponse } from './buffered-response.ts'
import { fetchTransport } from './fetch-transport.ts'
import type { Fetch, HttpRequest, OutgoingBody, WaitOptions } from './http-request.ts'
import { readBody } from './read-body.ts'
import type { Transport } from './transport.ts'
import { watchedStream } from './watched-stream.ts'

/** Options of {@link bufferedTransport}. */
export interface BufferedTransportOptions {
  readonly fetch: Fetch
  /** Time limit of an attempt, in ms. */
  readonly timeoutMs: number
  /**
   * Scope of the time limit: the whole attempt, from the first byte sent to the last byte received, or each period without
   * a byte in either direction.
   */
  readonly limit: 'attempt' | 'idle'
  /** Longest body that is read into memory, in bytes. */
  readonly maxResponseBytes: number
  /** Whether the body of a success is returned as a stream. Default: false. */
  readonly streams?: boolean
}

/** The time limit of the attempt also covers the head of the response, so `fetchTransport` needs no separate limit. */
const NO_HEAD_LIMIT = Infinity

/**
 * Creates a transport that reads responses into memory. A response that ends too early is therefore a failed attempt,
 * which can be retried. Redirects are returned like other responses.
 *
 * @example
 * ```ts
 * const transport = bufferedTransport({ fetch, timeoutMs: 5_000, limit: 'attempt', maxResponseBytes: 1_000_000 })
 * const { body } = await send<BufferedResponse>({ method: 'GET', url }, { transport })
 * ```
 */
export function bufferedTransport(options: BufferedTransportOptions): Transport<BufferedResponse> {
  const carrier = fetchTransport({ fetch: options.fetch, timeoutMs: NO_HEAD_LIMIT })
  return {
    prepare: (request) => carrier.prepare(request),
    send: (request, body, wait) => attempt(carrier, options, request, body, wait),
  }
}

async function attempt(
  carrier: Transport,
  { timeoutMs, limit: kind, maxResponseBytes, streams = false }: BufferedTransportOptions,
  request: HttpRequest,
  body: OutgoingBody,
  { signal }: WaitOptions = {},
): Promise<BufferedResponse> {
  const idle = kind === 'idle'
  const limit = new AttemptLimit(
    timeoutMs,
    idle ? 'no byte was sent or received for' : 'no answer within',
    signal,
  )
  const onMove = idle ? () => limit.restart() : () => {}
  let returnsStream = false
  try {
    limit.signal.throwIfAborted()
    const sent = idle ? watchedBody(body, limit) : body
    const response = await carrier.send(request, sent, { signal: limit.signal })
    const { status, headers } = response
    onMove()
    const source = response.body as ReadableStream<Uint8Array<ArrayBuffer>> | null
    if (streams && source !== null && response.ok) {
      returnsStream = true
      limit.pause()
      const watch = { limit, pausesBetweenReads: true, onEnd: () => limit.end() }
      return { status, headers, body: new Uint8Array(), stream: watchedStream(source, watch) }
    }
    const reading = { maxBytes: maxResponseBytes, signal: limit.signal, onChunk: onMove }
    return { status, headers, body: await readBody(response, reading) }
  } catch (error) {
    throw limit.toReason(error)
  } finally {
    if (!returnsStream) limit.end()
  }
}

function watchedBody(body: OutgoingBody, limit: AttemptLimit): OutgoingBody {
  if (body === null || body instanceof Uint8Array) return body
  const watch = { limit, pausesBetweenReads: false }
  return {
    ...body,
    open: () => watchedStream(body.open() as ReadableStream<Uint8Array<ArrayBuffer>>, watch),
  }
}
