import { Readable } from 'node:stream'
import { isHeadgateError } from '@headgate/errors'
import type { Fate, S3Bucket, Send } from './s3-bucket.ts'
import { StorageWriteError } from './storage-errors.ts'

/**
 * Sends a stream of known size in one request. The request cannot be sent twice. If it fails before the last byte is
 * sent, the store has written nothing.
 */
export async function sendStream<T>(
  s3: S3Bucket,
  location: string,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
  send: (stream: Readable, ...rest: Parameters<Send<T>>) => Promise<T>,
): Promise<T> {
  const broken = new AbortController()
  const either = signal === undefined ? broken.signal : AbortSignal.any([signal, broken.signal])
  const fate: Fate = { unknown: false }
  let complete = false
  try {
    return await s3.call(
      { location, signal: either, fate, repeatable: false },
      async (client, abortSignal, alive) => {
        const stream = Readable.from(
          watched(body, alive, broken, () => (complete = true)),
          { objectMode: false },
        )
        // When the source fails, the signal ends the request, so the error needs no handling here. Without this
        // listener, the event `error` would end the process.
        stream.on('error', () => undefined)
        try {
          return await send(stream, client, abortSignal, alive)
        } finally {
          stream.destroy()
        }
      },
    )
  } catch (error) {
    if (complete) throw error
    if (either.aborted) throw either.reason
    if (!isHeadgateError(error, 'unavailable')) throw error
    throw new StorageWriteError('not-written', `The object store closed the connection: ${location}`, {
      cause: error,
    })
  }
}

/**
 * Yields the chunks of a request body. If the source of the body fails, ends the request, which would otherwise wait
 * for more bytes.
 */
async function* watched(
  body: AsyncIterable<Uint8Array>,
  alive: () => void,
  broken: AbortController,
  complete: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      alive()
      yield chunk
    }
    complete()
  } catch (error) {
    broken.abort(error)
    throw error
  }
}
