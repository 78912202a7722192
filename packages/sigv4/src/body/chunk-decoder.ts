import { createHash, type Hash } from 'node:crypto'
import { createChecksum, type Checksum } from '../checksums/checksum.ts'
import type { StreamingPayload } from '../payload.ts'
import { sameSignature, type Seed } from '../signature.ts'
import { SigV4Error } from '../sigv4-error.ts'
import { MAX_LINE_BYTES, parseChunkHeader } from './chunk-header.ts'
import { ChunkSignatures } from './chunk-signatures.ts'
import { TrailerReader } from './trailer.ts'

/** Limits for a body in chunks (`aws-chunked`). */
export interface ChunkLimits {
  /**
   * Maximum size of a chunk, in bytes. The limit does not affect memory, because the decoder does not buffer chunks.
   * Default: 5 GiB, the maximum size of an object in one PUT, because some SDKs send the whole object as one chunk.
   */
  readonly maxChunkBytes?: number
}

const MAX_CHUNK_BYTES = 5 * 1024 ** 3
const LINE_FEED = 0x0a

type State = 'header' | 'data' | 'end-of-data' | 'end-of-body' | 'trailer' | 'done'

/**
 * Decodes an `aws-chunked` body from pieces of any size, in constant memory. Returns the data of a chunk before it
 * verifies the signature of the chunk, so the data is valid only after {@link finish} has returned.
 */
export class ChunkDecoder {
  readonly #payload: StreamingPayload
  readonly #maxChunkBytes: number
  readonly #signatures: ChunkSignatures | undefined
  readonly #checksum: Checksum | undefined
  readonly #trailer: TrailerReader | undefined
  #state: State = 'header'
  #line = ''
  #decoded = 0
  #left = 0
  #signature = ''
  #hash: Hash | undefined

  constructor(payload: StreamingPayload, seed: Seed, limits: ChunkLimits = {}) {
    this.#payload = payload
    this.#maxChunkBytes = limits.maxChunkBytes ?? MAX_CHUNK_BYTES
    this.#signatures = payload.chunks === 'signed' ? new ChunkSignatures(seed) : undefined
    if (payload.trailer !== undefined) {
      this.#checksum = createChecksum(payload.trailer)
      this.#trailer = new TrailerReader(payload.trailer, this.#signatures)
    }
  }

  /** Decodes the next bytes of the body. Yields the data in them, as views of the same memory. */
  *take(bytes: Buffer): Generator<Buffer, void, undefined> {
    let at = 0
    while (at < bytes.length) {
      if (this.#state === 'data') {
        const data = bytes.subarray(at, at + this.#left)
        at += data.length
        this.#takeData(data)
        yield data
      } else at = this.#takeLinePart(bytes, at)
    }
  }

  /**
   * Checks that the body is complete, and that its checksum matches the trailer.
   *
   * @returns The checksum of the trailer in base64, if the body has one.
   */
  finish(): string | undefined {
    const whole = this.#trailer === undefined ? this.#state === 'done' : this.#trailer.done
    if (!whole || this.#line !== '') throw truncated()
    if (this.#decoded !== this.#payload.decodedLength) throw lengthMismatch()
    if (this.#checksum === undefined || this.#trailer === undefined) return undefined
    if (this.#checksum.digest().toString('base64') !== this.#trailer.checksum) {
      throw new SigV4Error('checksum-mismatch', 'The body does not match the checksum in its trailer')
    }
    return this.#trailer.checksum
  }

  #takeLinePart(bytes: Buffer, at: number): number {
    if (this.#state === 'done') throw malformed('A chunk must not follow the last chunk')
    const found = bytes.indexOf(LINE_FEED, at)
    const end = found === -1 ? bytes.length : found
    if (this.#line.length + end - at > MAX_LINE_BYTES) {
      throw new SigV4Error('malformed-chunk', `A line between chunks is longer than ${MAX_LINE_BYTES} bytes`)
    }
    this.#line += bytes.toString('latin1', at, end)
    if (found === -1) return end
    const line = this.#line
    this.#line = ''
    this.#takeLine(line)
    return end + 1
  }

  #takeLine(line: string): void {
    if (this.#state === 'header') this.#takeHeader(line)
    else if (this.#state === 'trailer') this.#trailer?.takeLine(line)
    else {
      if (line !== '\r')
        throw malformed('A chunk must end after the number of bytes that its first line states')
      this.#state = this.#state === 'end-of-data' ? 'header' : 'done'
    }
  }

  #takeHeader(line: string): void {
    const { size, signature } = parseChunkHeader(line, this.#payload.chunks)
    if (size > this.#maxChunkBytes) {
      throw new SigV4Error('chunk-too-large', `A chunk may have at most ${this.#maxChunkBytes} bytes`)
    }
    this.#decoded += size
    if (this.#decoded > this.#payload.decodedLength) throw lengthMismatch()
    this.#left = size
    this.#signature = signature ?? ''
    this.#hash = this.#signatures === undefined ? undefined : createHash('sha256')
    if (size > 0) this.#state = 'data'
    else this.#endChunk(this.#trailer === undefined ? 'end-of-body' : 'trailer')
  }

  #takeData(data: Buffer): void {
    this.#left -= data.length
    this.#hash?.update(data)
    this.#checksum?.update(data)
    if (this.#left === 0) this.#endChunk('end-of-data')
  }

  #endChunk(next: State): void {
    this.#state = next
    if (this.#signatures === undefined || this.#hash === undefined) return
    if (!sameSignature(this.#signatures.nextChunk(this.#hash.digest('hex')), this.#signature)) {
      throw new SigV4Error('chunk-signature-mismatch', 'The signature of a chunk does not match the chunk')
    }
  }
}

function malformed(what: string): SigV4Error {
  return new SigV4Error('malformed-chunk', what)
}

function truncated(): SigV4Error {
  return new SigV4Error('truncated-body', 'The body ends before its last chunk')
}

function lengthMismatch(): SigV4Error {
  return new SigV4Error(
    'decoded-length-mismatch',
    'The body does not have the length of x-amz-decoded-content-length',
  )
}
