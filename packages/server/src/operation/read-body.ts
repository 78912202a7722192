import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { HeadgateError } from '@headgate/errors'

const inflate = promisify(gunzip)

/** Limits of the size of a request body. */
export interface BodyLimits {
  /** Bytes, before and after decompression. */
  readonly maxBytes: number
  /** Variable that sets the limit, for the error message. Null: the limit is not configurable. */
  readonly setting: 'HEADGATE_MAX_BODY_BYTES' | null
  readonly admission?: BodyAdmission
}

/** Decision that is made before a large body is read. */
export interface BodyAdmission {
  /** Bytes, before and after decompression, that are read without the decision. */
  readonly freeBytes: number
  /**
   * Resolves when the caller may send a body of up to `bytes` bytes, before and after decompression. Called again for a body
   * that is larger than announced.
   *
   * @throws HeadgateError the refusal
   */
  admit(bytes: number): Promise<void>
}

/**
 * Reads a request body within its limits. Reads and decompresses at most `freeBytes` of a body that needs admission before
 * the admission.
 *
 * @throws HeadgateError `payload-too-large` as soon as the limit is exceeded or announced, `bad-request` when the client
 * ends the request early or the body is not in its encoding
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Uint8Array> {
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > limits.maxBytes) throw tooLarge(limits)
  const reading = new BodyReading(limits)
  if (reading.mustAdmit(announced)) await reading.admit(announced)
  const body = await receive(request, reading)
  return decode(body, request.headers['content-encoding'] ?? 'identity', reading)
}

/** Limits of one body that is being read, and the number of bytes that were admitted. */
class BodyReading {
  readonly limits: BodyLimits
  #allowedBytes: number

  constructor(limits: BodyLimits) {
    this.limits = limits
    this.#allowedBytes = Math.min(limits.admission?.freeBytes ?? limits.maxBytes, limits.maxBytes)
  }

  /** Bytes that may be buffered now. */
  get allowedBytes(): number {
    return this.#allowedBytes
  }

  mustAdmit(bytes: number): boolean {
    return bytes > this.#allowedBytes && bytes <= this.limits.maxBytes
  }

  async admit(bytes: number): Promise<void> {
    await this.limits.admission?.admit(bytes)
    this.#allowedBytes = bytes
  }
}

/** Listens to events, because an async iterator costs more than all other work on a small body. */
function receive(request: IncomingMessage, reading: BodyReading): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  let size = 0
  const settle = (): void => {
    request.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken)
  }
  const refuse = (error: unknown): void => {
    settle()
    // The connection stays open for the response.
    request.pause()
    reject(error)
  }
  const onData = (chunk: Buffer): void => {
    size += chunk.length
    chunks.push(chunk)
    if (size <= reading.allowedBytes) return
    const { maxBytes } = reading.limits
    if (!reading.mustAdmit(size)) {
      refuse(tooLarge(reading.limits))
      return
    }
    request.pause()
    reading.admit(maxBytes).then(() => request.resume(), refuse)
  }
  const onEnd = (): void => {
    settle()
    resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size))
  }
  const onBroken = (cause?: Error): void => {
    settle()
    reject(truncatedBody(cause))
  }
  request.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken)
  // A request without a body has ended before, and emits no further event.
  if (request.readableEnded) onEnd()
  else if (request.destroyed) onBroken()
  return promise
}

async function decode(body: Buffer, encoding: string, reading: BodyReading): Promise<Uint8Array> {
  switch (encoding.toLowerCase()) {
    case 'identity':
      return body
    case 'gzip':
      return decompress(body, reading)
    default:
      throw new HeadgateError('bad-request', 'Content-Encoding must be identity or gzip.')
  }
}

/** Decompresses in the thread pool, in chunks, and stops at the first byte above the allowed size. */
async function decompress(body: Buffer, reading: BodyReading): Promise<Uint8Array> {
  const { maxBytes } = reading.limits
  const { allowedBytes } = reading
  try {
    return await inflate(body, { maxOutputLength: allowedBytes })
  } catch (error) {
    if (!(error instanceof RangeError)) {
      throw new HeadgateError(
        'bad-request',
        'The body is not valid gzip data, as Content-Encoding announces.',
        {
          cause: error,
        },
      )
    }
  }
  if (allowedBytes === maxBytes) throw tooLarge(reading.limits)
  await reading.admit(maxBytes)
  return decompress(body, reading)
}

function tooLarge({ maxBytes, setting }: BodyLimits): HeadgateError {
  const variable = setting === null ? '' : ` (${setting})`
  return new HeadgateError('payload-too-large', `The body exceeds the limit of ${maxBytes} bytes${variable}.`)
}

/** Returns the error for a client that disconnected before its request was complete. */
export function truncatedBody(cause?: Error): HeadgateError {
  return new HeadgateError('bad-request', 'The request body was truncated.', { cause })
}
