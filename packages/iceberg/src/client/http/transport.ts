import {
  fetchTransport,
  type AuthRequest,
  type Fetch,
  type OutgoingBody,
  type Transport,
} from '@headgate/auth'

/** What came back, read to its end. */
export interface RawAnswer {
  /** 0 for a redirect in a browser, which shows nothing of it. */
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

export interface TransportOptions {
  readonly fetch: Fetch
  /** For one attempt: from the first byte out to the last byte in. */
  readonly timeoutMs: number
  readonly maxResponseBytes: number
}

/** An attempt took longer than it may. */
export class AttemptTimeout extends Error {
  override readonly name = 'AttemptTimeout'
}

/** An answer that is longer than it may be. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong'
}

/**
 * One attempt as `send` makes it: the request out, and the answer in to its end, so that an answer that breaks off is an
 * attempt that failed. Redirects are answers like others.
 */
export function attemptTransport(options: TransportOptions): Transport<RawAnswer> {
  const carrier = fetchTransport({ fetch: options.fetch, timeoutMs: options.timeoutMs + 1_000 })
  return {
    prepare: (request) => carrier.prepare(request),
    send: (request, body, { signal } = {}) => attempt(carrier, options, request, body, signal),
  }
}

async function attempt(
  carrier: Transport,
  { timeoutMs, maxResponseBytes }: TransportOptions,
  request: AuthRequest,
  body: OutgoingBody,
  signal: AbortSignal | undefined,
): Promise<RawAnswer> {
  signal?.throwIfAborted()
  // Not AbortSignal.any: signals that live as long as the program would keep every request's signal.
  const controller = new AbortController()
  const stop = (): void => controller.abort(signal?.reason)
  signal?.addEventListener('abort', stop, { once: true })
  const late = new AttemptTimeout(`no answer within ${timeoutMs} ms`)
  const timer = setTimeout(() => controller.abort(late), timeoutMs)
  try {
    const response = await carrier.send(request, body, { signal: controller.signal })
    const { status, headers } = response
    return { status, headers, body: await readAll(response, maxResponseBytes, controller.signal) }
  } catch (error) {
    // What `fetch` makes of an abort differs from one place to the next.
    throw controller.signal.aborted ? controller.signal.reason : error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}

async function readAll(response: Response, limit: number, signal: AbortSignal): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array()
  const reader = response.body.getReader()
  const stop = (): void => void reader.cancel(signal.reason).catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      signal.throwIfAborted()
      if (done) return joined(chunks, length)
      chunks.push(value)
      length += value.length
      if (length > limit) throw new AnswerTooLong(`the answer is longer than ${limit} bytes`)
    }
  } catch (error) {
    await reader.cancel(error).catch(() => undefined)
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
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
