import type { IncomingMessage, ServerResponse } from 'node:http'
import { S3Error } from './s3-error.ts'

/**
 * Maximum size in bytes of a body that the server reads by stream events. For small bodies, an async iterator takes
 * more CPU time than all other work.
 */
const gatheredBytes = 256 * 1024

/** Reason with which the server aborts a request after its client has disconnected. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone'

  constructor() {
    super('the client disconnected')
  }
}

/**
 * Yields the bytes of a request body. Sends `100 Continue` to a client that waits for it; at this time, the caller is
 * authenticated and authorized. Throws when no byte arrives for `idleMs`, or when the client disconnects. The
 * function never closes the connection, so that the server can send an error response.
 */
export async function* receiveChunks(
  request: IncomingMessage,
  response: ServerResponse,
  idleMs: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted()
  if (expectsContinue(request)) response.writeContinue()
  if (Number(request.headers['content-length'] ?? Infinity) <= gatheredBytes) {
    const body = await gathered(request, idleMs, signal)
    if (body.length > 0) yield body
    return
  }
  // By default, an iterator that is not read to its end destroys the request. The connection must stay open for the
  // response.
  const chunks = (request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>)[
    Symbol.asyncIterator
  ]()
  let giveUp: ((reason: unknown) => void) | undefined
  const timer = setTimeout(() => giveUp?.(new S3Error('RequestTimeout')), idleMs)
  const onAbort = (): void => giveUp?.(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    for (;;) {
      const next = await new Promise<IteratorResult<Buffer>>((resolve, reject) => {
        giveUp = reject
        timer.refresh()
        chunks.next().then(resolve, reject)
      })
      giveUp = undefined
      if (next.done === true) return
      yield next.value
      signal.throwIfAborted()
    }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    // The promise is not awaited, because it settles only after a pending read, and this read may never end.
    chunks.return?.().then(undefined, () => undefined)
  }
}

/**
 * Reads a complete request body into one buffer. The HTTP parser of Node limits the body to the announced length, and
 * reports an error when fewer bytes arrive.
 */
function gathered(request: IncomingMessage, idleMs: number, signal: AbortSignal): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  const settle = (): void => {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    request.off('data', onData).off('end', onEnd).off('error', fail).off('close', onClose)
  }
  const fail = (reason: unknown): void => {
    settle()
    // The connection must stay open for the response.
    request.pause()
    reject(reason)
  }
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk)
    timer.refresh()
  }
  const onEnd = (): void => {
    settle()
    resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
  }
  const onAbort = (): void => fail(signal.reason)
  const onClose = (): void => fail(new ClientGone())
  const timer = setTimeout(() => fail(new S3Error('RequestTimeout')), idleMs)
  signal.addEventListener('abort', onAbort, { once: true })
  request.on('data', onData).on('end', onEnd).on('error', fail).on('close', onClose)
  // The stream of a request without a body has already ended and emits no further event.
  if (request.readableEnded) onEnd()
  else if (request.destroyed) onClose()
  return promise
}

export function expectsContinue({ headers }: IncomingMessage): boolean {
  return headers.expect?.toLowerCase() === '100-continue'
}
