import type { WireRequest } from './auth-provider.ts'

/** What came back, read to its end. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

export interface ExchangeLimits {
  /** For the whole exchange: from the first byte out to the last byte in. */
  readonly timeoutMs: number
  readonly maxResponseBytes: number
}

/** Why there is no answer. */
export class ExchangeFailure extends Error {
  override readonly name = 'ExchangeFailure'
  /** The request may have reached the server. */
  readonly sent: boolean

  constructor(why: string, sent: boolean, options?: ErrorOptions) {
    super(why, options)
    this.sent = sent
  }
}

/**
 * Sends one request, once, and reads the answer within its limits. Redirects are answers like others.
 *
 * @throws {ExchangeFailure} when there is no complete answer
 * @throws the signal's reason
 */
export async function exchange(
  fetch: typeof globalThis.fetch,
  { method, url, headers, body }: WireRequest,
  { timeoutMs, maxResponseBytes }: ExchangeLimits,
  signal: AbortSignal | undefined,
): Promise<RawAnswer> {
  signal?.throwIfAborted()
  // Not AbortSignal.any: signals that live as long as the program would keep every request's signal.
  const controller = new AbortController()
  const stop = (): void => controller.abort(signal?.reason)
  signal?.addEventListener('abort', stop, { once: true })
  const timer = setTimeout(
    () => controller.abort(new ExchangeFailure(`no answer within ${timeoutMs} ms`, true)),
    timeoutMs,
  )
  try {
    const response = await fetch(url, {
      method,
      headers,
      body,
      redirect: 'manual',
      signal: controller.signal,
    })
    return {
      status: response.status,
      headers: response.headers,
      body: await readAll(response, maxResponseBytes),
    }
  } catch (error) {
    signal?.throwIfAborted()
    if (controller.signal.aborted) throw controller.signal.reason
    if (error instanceof ExchangeFailure) throw error
    const code = systemCode(error)
    throw new ExchangeFailure(
      `no answer from ${new URL(url).origin}: ${code ?? 'the connection failed'}`,
      sent(code),
      {
        cause: error,
      },
    )
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}

async function readAll(response: Response, limit: number): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > limit) throw new ExchangeFailure(`the answer is longer than ${limit} bytes`, true)
  }
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

/** Codes of a connection that was never made. */
const UNSENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

const sent = (code: string | undefined): boolean => code === undefined || !UNSENT.has(code)

/** `fetch` hides what happened in the cause of its error, and that may hold one error for each address tried. */
function systemCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; depth++) {
    if ('code' in at && typeof at.code === 'string') return at.code
    at = at.cause
  }
  return undefined
}
