import { fetchTransport, type Fetch, type Transport } from '@headgate/auth'
import { AttemptLimit, readWhole, type RawAnswer } from '@headgate/auth/calls'

export interface TransportOptions {
  readonly fetch: Fetch
  /** For one attempt: from the first byte out to the last byte in. */
  readonly timeoutMs: number
  readonly maxResponseBytes: number
}

/**
 * One attempt as `send` makes it: the request out, and the answer in to its end, so that an answer that breaks off is an
 * attempt that failed. Redirects are answers like others.
 */
export function attemptTransport({
  fetch,
  timeoutMs,
  maxResponseBytes,
}: TransportOptions): Transport<RawAnswer> {
  const carrier = fetchTransport({ fetch, timeoutMs: timeoutMs + 1_000 })
  return {
    prepare: (request) => carrier.prepare(request),
    send: async (request, body, wait) => {
      const limit = new AttemptLimit(timeoutMs, 'no answer within', wait?.signal)
      const { signal } = limit
      try {
        signal.throwIfAborted()
        const response = await carrier.send(request, body, { signal })
        const { status, headers } = response
        return { status, headers, body: await readWhole(response, { maxBytes: maxResponseBytes, signal }) }
      } catch (error) {
        throw limit.reasonOf(error)
      } finally {
        limit.end()
      }
    },
  }
}
