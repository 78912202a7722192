import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { HeadgateError } from '@headgate/errors'

const inflate = promisify(gunzip)

/**
 * Reads a request body of at most `limit` bytes, before and after decompression.
 * Throws 413 as soon as the limit is passed or announced, 400 when the client breaks off.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
  const body = await gathered(request, limit)
  return decoded(body, request.headers['content-encoding'] ?? 'identity', limit)
}

/** By events: an async iterator over the request costs more than all else that is done with a small body. */
function gathered(request: IncomingMessage, limit: number): Promise<Buffer> {
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
    reject(tooLarge(limit))
  }
  const onEnd = (): void => {
    settle()
    resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size))
  }
  const onBroken = (cause?: Error): void => {
    settle()
    reject(new HeadgateError('bad-request', 'The request ended before its body was complete.', { cause }))
  }
  request.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken)
  if (request.destroyed) onBroken()
  return promise
}

async function decoded(body: Buffer, encoding: string, limit: number): Promise<Uint8Array> {
  switch (encoding.toLowerCase()) {
    case 'identity':
      return body
    case 'gzip':
      try {
        return await inflate(body, { maxOutputLength: limit })
      } catch (error) {
        if (error instanceof RangeError) throw tooLarge(limit)
        throw new HeadgateError('bad-request', 'The body is not the gzip data its Content-Encoding says.', {
          cause: error,
        })
      }
    default:
      throw new HeadgateError('bad-request', 'Content-Encoding must be identity or gzip.')
  }
}

function tooLarge(limit: number): HeadgateError {
  return new HeadgateError(
    'payload-too-large',
    `The body is over the limit of ${limit} bytes (HEADGATE_MAX_BODY_BYTES).`,
  )
}
