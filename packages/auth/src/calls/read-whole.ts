/** An answer that is longer than it may be. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong'
}

export interface ReadOptions {
  readonly maxBytes: number
  readonly signal: AbortSignal
  /** Something came. */
  readonly onPiece?: () => void
}

/**
 * The body of an answer, read to its end.
 *
 * @throws {AnswerTooLong}
 * @throws the signal's reason, and what broke the connection
 */
export async function readWhole(
  { body }: Response,
  { maxBytes, signal, onPiece }: ReadOptions,
): Promise<Uint8Array> {
  if (body === null) return new Uint8Array()
  const reader = body.getReader()
  const stop = (): void => void reader.cancel(signal.reason).catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for (;;) {
      signal.throwIfAborted()
      const { done, value } = await reader.read()
      signal.throwIfAborted()
      onPiece?.()
      if (done) return joined(chunks, length)
      chunks.push(value)
      length += value.length
      if (length > maxBytes) throw new AnswerTooLong(`the answer is longer than ${maxBytes} bytes`)
    }
  } catch (error) {
    // Not waited for: whoever made the stream may take its time.
    void reader.cancel(error).catch(() => undefined)
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
