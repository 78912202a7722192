import {
  fetchTransport,
  type AuthRequest,
  type Fetch,
  type OutgoingBody,
  type Transport,
  type WaitOptions,
} from '@headgate/auth'
import { IdleLimit } from './idle-limit.ts'
import type { RawAnswer } from './raw-answer.ts'
import { orAborted, watchedStream } from './watched-stream.ts'

export interface AttemptOptions {
  readonly fetch: Fetch
  /** How long nothing may move, in ms. */
  readonly timeoutMs: number
  /** Longest answer that is read to its end, in bytes. */
  readonly maxResponseBytes: number
  /** Whether the body of a success is handed on as it comes. */
  readonly streams: boolean
}

/** Beyond any limit of ours: the one here also holds for bodies, and restarts while they move. */
const NEVER_MS = 2 ** 31 - 1

/**
 * One attempt as `send` makes it: the request out, and the answer in to its end, so that an answer that breaks off is
 * an attempt that failed.
 */
export function attemptTransport(options: AttemptOptions): Transport<RawAnswer> {
  const carrier = fetchTransport({ fetch: options.fetch, timeoutMs: NEVER_MS })
  return {
    prepare: (request) => carrier.prepare(request),
    send: (request, body, wait) => attempt(carrier, options, request, body, wait),
  }
}

async function attempt(
  carrier: Transport,
  { timeoutMs, maxResponseBytes, streams }: AttemptOptions,
  request: AuthRequest,
  body: OutgoingBody,
  { signal }: WaitOptions = {},
): Promise<RawAnswer> {
  const limit = new IdleLimit(timeoutMs, signal)
  let handedOn = false
  try {
    const response = await carrier.send(request, watchedBody(body, limit), { signal: limit.signal })
    const { status, headers } = response
    limit.moved()
    const stream = response.body as ReadableStream<Uint8Array<ArrayBuffer>> | null
    if (streams && stream !== null && response.ok) {
      handedOn = true
      limit.pause()
      return { status, headers, body: new Uint8Array(), stream: handOn(stream, limit) }
    }
    return { status, headers, body: await readAll(stream, limit, maxResponseBytes) }
  } catch (error) {
    // What `fetch` makes of an abort differs from one place to the next.
    throw limit.signal.aborted ? limit.signal.reason : error
  } finally {
    if (!handedOn) limit.end()
  }
}

function watchedBody(body: OutgoingBody, limit: IdleLimit): OutgoingBody {
  if (body === null || body instanceof Uint8Array) return body
  return {
    ...body,
    open: () =>
      watchedStream(body.open() as ReadableStream<Uint8Array<ArrayBuffer>>, { limit, restsBetween: false }),
  }
}

function handOn(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  limit: IdleLimit,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return watchedStream(stream, { limit, restsBetween: true, onEnd: () => limit.end() })
}

/** An answer that is longer than it may be. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong'
}

async function readAll(
  stream: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  limit: IdleLimit,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (stream === null) return new Uint8Array()
  const reader = stream.getReader()
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  try {
    for (;;) {
      const { done, value } = await orAborted(reader.read(), limit.signal)
      limit.moved()
      if (done) return joined(chunks, length)
      chunks.push(value)
      length += value.length
      if (length > maxBytes) throw new AnswerTooLong(`the answer is longer than ${maxBytes} bytes`)
    }
  } catch (error) {
    await reader.cancel(error).catch(() => undefined)
    throw error
  }
}

function joined(chunks: readonly Uint8Array<ArrayBuffer>[], length: number): Uint8Array<ArrayBuffer> {
  const [only] = chunks
  if (only !== undefined && chunks.length === 1) return only
  const all = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}
