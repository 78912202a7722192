import {
  fetchTransport,
  type AuthRequest,
  type Fetch,
  type OutgoingBody,
  type Transport,
  type WaitOptions,
} from '@headgate/auth'
import { AttemptLimit, readWhole, type RawAnswer } from '@headgate/auth/calls'
import { watchedStream } from './watched-stream.ts'

/** An answer, with an empty body when that is still to come. */
export interface LanceAnswer extends RawAnswer {
  /** What is still to come, of a success that was asked for as a stream. */
  readonly stream?: ReadableStream<Uint8Array<ArrayBuffer>>
}

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
export function attemptTransport(options: AttemptOptions): Transport<LanceAnswer> {
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
): Promise<LanceAnswer> {
  const limit = new AttemptLimit(timeoutMs, 'nothing moved for', signal)
  let handedOn = false
  try {
    limit.signal.throwIfAborted()
    const response = await carrier.send(request, watchedBody(body, limit), { signal: limit.signal })
    const { status, headers } = response
    limit.restart()
    const stream = response.body as ReadableStream<Uint8Array<ArrayBuffer>> | null
    if (streams && stream !== null && response.ok) {
      handedOn = true
      limit.pause()
      return { status, headers, body: new Uint8Array(), stream: handOn(stream, limit) }
    }
    const onPiece = (): void => limit.restart()
    const limits = { maxBytes: maxResponseBytes, signal: limit.signal, onPiece }
    return { status, headers, body: await readWhole(response, limits) }
  } catch (error) {
    throw limit.reasonOf(error)
  } finally {
    if (!handedOn) limit.end()
  }
}

function watchedBody(body: OutgoingBody, limit: AttemptLimit): OutgoingBody {
  if (body === null || body instanceof Uint8Array) return body
  return {
    ...body,
    open: () =>
      watchedStream(body.open() as ReadableStream<Uint8Array<ArrayBuffer>>, { limit, restsBetween: false }),
  }
}

function handOn(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  limit: AttemptLimit,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return watchedStream(stream, { limit, restsBetween: true, onEnd: () => limit.end() })
}
