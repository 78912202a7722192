import { HeadgateError } from '@headgate/errors'
import type { Body } from './storage.ts'

/** Returns the chunks of a body. A body in memory is returned as one chunk. */
export function toChunks(body: Body): AsyncIterable<Uint8Array> {
  return body instanceof Uint8Array ? once(body) : body
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/**
 * Yields the values of a source until the signal aborts. Then throws the reason of the signal at once, even if the
 * source yields no value. Closes the source without waiting for it, so that a source that hangs cannot block the
 * reader.
 */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  signal?.throwIfAborted()
  const iterator = source[Symbol.asyncIterator]()
  let abort: ((reason: unknown) => void) | undefined
  const onAbort = (): void => abort?.(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  let ended = false
  try {
    for (;;) {
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        abort = reject
        iterator.next().then(resolve, reject)
      })
      if (next.done === true) {
        ended = true
        return
      }
      yield next.value
      signal?.throwIfAborted()
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    if (!ended) iterator.return?.().then(undefined, () => undefined)
  }
}

/**
 * Yields the chunks of a source while their total size is at most `size`.
 *
 * @throws HeadgateError `bad-request` if there are more or fewer bytes; bytes beyond `size` are not yielded
 */
export async function* ofSize(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let seen = 0
  for await (const chunk of source) {
    seen += chunk.byteLength
    if (seen > size) throw new HeadgateError('bad-request', `Body has more than the declared ${size} bytes`)
    yield chunk
  }
  if (seen < size) throw new HeadgateError('bad-request', `Body has ${seen} of the declared ${size} bytes`)
}

/**
 * Splits a stream into blocks of exactly `blockSize` bytes; the last block may be shorter. Yields one empty block for
 * an empty stream.
 */
export async function* splitBlocks(
  source: AsyncIterable<Uint8Array>,
  blockSize: number,
): AsyncGenerator<Buffer> {
  let parts: Uint8Array[] = []
  let held = 0
  let yielded = false
  for await (const chunk of source) {
    let rest = chunk
    while (held + rest.byteLength >= blockSize) {
      const head = rest.subarray(0, blockSize - held)
      yield Buffer.concat([...parts, head], blockSize)
      yielded = true
      rest = rest.subarray(head.byteLength)
      parts = []
      held = 0
    }
    if (rest.byteLength > 0) {
      parts.push(rest)
      held += rest.byteLength
    }
  }
  if (held > 0 || !yielded) yield Buffer.concat(parts, held)
}

/** Reads a stream into memory. Throws `payload-too-large` if it has more than `maxBytes`. */
export async function collect(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  what: string,
): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let held = 0
  for await (const chunk of source) {
    held += chunk.byteLength
    if (held > maxBytes) throw tooLarge(what, maxBytes)
    parts.push(chunk)
  }
  const [only] = parts
  return parts.length === 1 && Buffer.isBuffer(only) ? only : Buffer.concat(parts, held)
}

export function tooLarge(what: string, maxBytes: number): HeadgateError {
  return new HeadgateError(
    'payload-too-large',
    `The object has more than the allowed ${maxBytes} bytes: ${what}`,
  )
}

/** Throws an error if the number of bytes in a body differs from the size that the caller announced. */
export function checkSize(body: Uint8Array, size: number | undefined): void {
  if (size === undefined || size === body.byteLength) return
  throw new HeadgateError('bad-request', `Body has ${body.byteLength} of the declared ${size} bytes`)
}
