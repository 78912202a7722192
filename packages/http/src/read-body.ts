/** Error of a body that is longer than its limit. */
export class BodyTooLongError extends Error {
  override readonly name = 'BodyTooLongError'
}

/** Options of {@link readBody}. */
export interface ReadBodyOptions {
  /** Maximum length of the body, in bytes. */
  readonly maxBytes: number
  readonly signal: AbortSignal
  /** Called after each chunk of the body that was read. */
  readonly onChunk?: () => void
}

/**
 * Reads the body of a response to its end.
 *
 * @throws {BodyTooLongError} as soon as the body exceeds its limit
 * @throws the reason of the signal, and the error of the connection
 *
 * @example
 * ```ts
 * const body = await readBody(await fetch(url), { maxBytes: 1_000_000, signal: AbortSignal.timeout(5_000) })
 * console.log(body.length)
 * ```
 */
export async function readBody(
  { body }: Response,
  { maxBytes, signal, onChunk }: ReadBodyOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  if (body === null) return new Uint8Array()
  const reader = (body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader()
  const stop = (): void => void reader.cancel(signal.reason).catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  try {
    for (;;) {
      signal.throwIfAborted()
      const { done, value } = await reader.read()
      signal.throwIfAborted()
      onChunk?.()
      if (done) return concatenate(chunks, length)
      chunks.push(value)
      length += value.length
      if (length > maxBytes) throw new BodyTooLongError(`the answer is longer than ${maxBytes} bytes`)
    }
  } catch (error) {
    // The cancellation is not awaited, because the source of the stream may need a long time to stop.
    void reader.cancel(error).catch(() => undefined)
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function concatenate(chunks: readonly Uint8Array<ArrayBuffer>[], length: number): Uint8Array<ArrayBuffer> {
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
