import type { IncomingMessage, ServerResponse } from 'node:http'
import { S3Error } from './s3-error.ts'

/** Up to here a body is gathered by events: an async iterator costs more than all else that is done with it. */
const gatheredBytes = 256 * 1024

/** Why the work of a request is given up. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone'

  constructor() {
    super('the client went away')
  }
}

/**
 * The bytes of a request's body as they come. A client that waits for it is told to send them, only now: by then it is
 * known who it is and what it may. Ends with an error when nothing comes for `idleMs` while somebody waits, or when
 * the client goes away; the connection stays open for an answer either way.
 */
export async function* receiveBody(
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
  // Left early, the request must not take the connection with it: the answer goes out over it.
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
    // Not waited for: it stands behind a read that may never end.
    chunks.return?.().then(undefined, () => undefined)
  }
}

/** A whole body. Node's parser takes no more of it than was announced, and ends with an error when there is less. */
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
    // The connection must live on: the answer goes out over it.
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
  // A request without a body comes ended, and tells nothing more.
  if (request.readableEnded) onEnd()
  else if (request.destroyed) onClose()
  return promise
}

export function expectsContinue({ headers }: IncomingMessage): boolean {
  return headers.expect?.toLowerCase() === '100-continue'
}
