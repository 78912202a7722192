import type { IncomingMessage, ServerResponse } from 'node:http'
import { S3Error } from './s3-error.ts'

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

export function expectsContinue({ headers }: IncomingMessage): boolean {
  return headers.expect?.toLowerCase() === '100-continue'
}
