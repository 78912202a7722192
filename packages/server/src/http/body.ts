import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { HeadgateError } from '@headgate/errors'

const inflate = promisify(gunzip)

/**
 * Reads a request body of at most `limit` bytes, before and after decompression.
 * Throws 413 as soon as the limit is passed or announced, 400 when the client breaks off.
 *
 * @param setting the variable that sets the limit; null: none does
 */
export async function readBody(
  request: IncomingMessage,
  limit: number,
  setting: 'HEADGATE_MAX_BODY_BYTES' | null,
): Promise<Uint8Array> {
  const tooLarge = (): HeadgateError => {
    const where = setting === null ? '' : ` (${setting})`
    return new HeadgateError('payload-too-large', `The body is over the limit of ${limit} bytes${where}.`)
  }
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge()
  const bound = { limit, tooLarge }
  return decoded(await gathered(request, bound), request.headers['content-encoding'] ?? 'identity', bound)
}

interface Bound {
  readonly limit: number
  tooLarge(): HeadgateError
}

/** By events: an async iterator over the request costs more than all else that is done with a small body. */
function gathered(request: IncomingMessage, { limit, tooLarge }: Bound): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  let size = 0
  const settle = (): void => {
    request.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken)
  }
  const onData = (chunk: Buffer): void => {
    size += chunk.length
    chunks.push(chunk)
    if (size <= limit) return
    settle()
    // The connection must live on: the answer goes out over it.
    request.pause()
    reject(tooLarge())
  }
  const onEnd = (): void => {
    settle()
    resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size))
  }
  const onBroken = (cause?: Error): void => {
    settle()
    reject(brokenOff(cause))
  }
  request.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken)
  // A request without a body comes ended, and tells nothing more.
  if (request.readableEnded) onEnd()
  else if (request.destroyed) onBroken()
  return promise
}

async function decoded(body: Buffer, encoding: string, { limit, tooLarge }: Bound): Promise<Uint8Array> {
  switch (encoding.toLowerCase()) {
    case 'identity':
      return body
    case 'gzip':
      try {
        return await inflate(body, { maxOutputLength: limit })
      } catch (error) {
        if (error instanceof RangeError) throw tooLarge()
        throw new HeadgateError('bad-request', 'The body is not the gzip data its Content-Encoding says.', {
          cause: error,
        })
      }
    default:
      throw new HeadgateError('bad-request', 'Content-Encoding must be identity or gzip.')
  }
}

/** The client went away before its request was complete. */
export function brokenOff(cause?: Error): HeadgateError {
  return new HeadgateError('bad-request', 'The request ended before its body was complete.', { cause })
}
