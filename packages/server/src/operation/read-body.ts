import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { HeadgateError } from '@headgate/errors'

const inflate = promisify(gunzip)

/** Size limits of a request body. */
export interface BodyLimits {
  /** Maximum size in bytes, which applies to the compressed and to the decompressed body. */
  readonly maxBytes: number
  /**
   * Name of the configuration variable that sets the limit, for the error message. Null when the limit is not
   * configurable.
   */
  readonly setting: 'HEADGATE_MAX_BODY_BYTES' | null
  readonly admission?: BodyAdmission
  /** The body as it was sent, if it has been received before. */
  readonly received?: Buffer | undefined
  /**
   * Checks the body as it was sent, before it is decompressed.
   *
   * @throws HeadgateError when the server does not accept these bytes
   */
  readonly check?: ((body: Buffer) => void) | undefined
}

/** Authorization check that must succeed before the server reads a large body. */
interface BodyAdmission {
  /**
   * Size in bytes, of the compressed and of the decompressed body, up to which the server reads a body without the
   * check.
   */
  readonly freeBytes: number
  /**
   * Resolves when the caller may send a body of up to `bytes` bytes, compressed or decompressed. The server calls it
   * again when a body is larger than announced.
   *
   * @throws HeadgateError when the caller may not send the body
   */
  admit(bytes: number): Promise<void>
}

/**
 * Reads a request body up to its size limits. Reads and decompresses at most `freeBytes` before `BodyAdmission.admit`
 * has succeeded.
 *
 * @throws HeadgateError `payload-too-large` as soon as the limit is exceeded or announced, `bad-request` when the
 *   client ends the request early or the body does not have the format in Content-Encoding
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Uint8Array> {
  const reading = new BodyReading(limits)
  const { received, check } = limits
  if (received !== undefined && reading.mustAdmit(received.length)) await reading.admit(received.length)
  const body = received ?? (await receiveAnnounced(request, reading))
  check?.(body)
  return decode(body, request.headers['content-encoding'] ?? 'identity', reading)
}

/**
 * Receives a request body up to its size limit, without decompressing it.
 *
 * @throws HeadgateError as `readBody`
 */
export function receiveBody(
  request: IncomingMessage,
  limits: Pick<BodyLimits, 'maxBytes' | 'setting' | 'admission'>,
): Promise<Buffer> {
  return receiveAnnounced(request, new BodyReading(limits))
}

/** Returns true for a request with a body, which may be empty if the client did not announce its length. */
export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

async function receiveAnnounced(request: IncomingMessage, reading: BodyReading): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > reading.limits.maxBytes) throw tooLarge(reading.limits)
  if (reading.mustAdmit(announced)) await reading.admit(announced)
  return receive(request, reading)
}

/** Limits of the body that is being read, and the number of bytes that the server may read so far. */
class BodyReading {
  readonly limits: BodyLimits
  #allowedBytes: number

  constructor(limits: BodyLimits) {
    this.limits = limits
    this.#allowedBytes = Math.min(limits.admission?.freeBytes ?? limits.maxBytes, limits.maxBytes)
  }

  /** Number of bytes that the server may buffer until the next call of `admit`. */
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

/**
 * Reads the body by stream events, because an async iterator takes more CPU time than all other work on a small body.
 */
function receive(request: IncomingMessage, reading: BodyReading): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  let size = 0
  const settle = (): void => {
    request.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken)
  }
  const refuse = (error: unknown): void => {
    settle()
    // Pauses the request and keeps the connection open, so that the server can send the error response.
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
  // The stream of a request without a body has already ended and emits no further event.
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

/** Decompresses a body in the thread pool, and stops when the result exceeds the allowed size. */
async function decompress(body: Buffer, reading: BodyReading): Promise<Uint8Array> {
  const { maxBytes } = reading.limits
  const { allowedBytes } = reading
  try {
    return await inflate(body, { maxOutputLength: allowedBytes })
  } catch (error) {
    if (!(error instanceof RangeError)) {
      throw new HeadgateError(
        'bad-request',
        'The body is not valid gzip data, although Content-Encoding is gzip.',
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
