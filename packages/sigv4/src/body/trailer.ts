import { sha256Hex } from '../sha256-hex.ts'
import { checksumHeader, type ChecksumAlgorithm } from '../checksums/checksum.ts'
import { checksumValue } from '../checksums/declared-checksum.ts'
import { parseSignature } from '../incoming/parts.ts'
import { sameSignature } from '../signature.ts'
import { SigV4Error } from '../sigv4-error.ts'
import type { ChunkSignatures } from './chunk-signatures.ts'

/**
 * What follows the last chunk: the checksum that was announced, its signature where chunks are signed, an empty line.
 *
 * The line before the signature may be empty, and so may one after the end: Amazon's own example and MinIO's client
 * end the checksum's line with a lone line feed, and then end it again.
 */
export class TrailerReader {
  readonly #name: string
  readonly #algorithm: ChecksumAlgorithm
  readonly #signatures: ChunkSignatures | undefined
  #checksum: string | undefined
  #emptyLines = 0
  #signed = false
  #closed = false
  /** True once the trailer is whole. */
  done = false

  constructor(algorithm: ChecksumAlgorithm, signatures: ChunkSignatures | undefined) {
    this.#name = checksumHeader(algorithm)
    this.#algorithm = algorithm
    this.#signatures = signatures
  }

  /** The checksum in base64, once the trailer is whole. */
  get checksum(): string {
    return this.#checksum ?? ''
  }

  /** Takes the next line, without its line feed. */
  takeLine(line: string): void {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line
    if (this.done) {
      if (text !== '' || this.#closed) throw malformed('The trailer must be the end of the body')
      this.#closed = true
    } else if (text === '') this.#takeEmptyLine()
    else if (this.#checksum === undefined) this.#takeChecksum(text)
    else this.#takeSignature(text)
  }

  #takeEmptyLine(): void {
    if (this.#checksum === undefined) throw malformed(`The trailer must begin with ${this.#name}`)
    if (this.#signatures === undefined || this.#signed) this.done = true
    else if (++this.#emptyLines > 1) throw malformed('The trailer must have an x-amz-trailer-signature')
  }

  #takeChecksum(text: string): void {
    const [name, value] = field(text)
    if (name !== this.#name) throw malformed(`The trailer must be ${this.#name}, as x-amz-trailer says`)
    this.#checksum = checksumValue(this.#algorithm, value)
  }

  #takeSignature(text: string): void {
    const [name, value] = field(text)
    if (this.#signatures === undefined || this.#signed || name !== 'x-amz-trailer-signature') {
      throw malformed('The trailer has a line too many')
    }
    const expected = this.#signatures.trailer(sha256Hex(`${this.#name}:${this.#checksum ?? ''}\n`))
    if (!sameSignature(expected, parseSignature(value) ?? '')) {
      throw new SigV4Error('trailer-signature-mismatch', 'The signature of the trailer does not match it')
    }
    this.#signed = true
  }
}

function field(text: string): [name: string, value: string] {
  const colon = text.indexOf(':')
  if (colon === -1) throw malformed('A line of the trailer must be a header')
  return [text.slice(0, colon).toLowerCase(), text.slice(colon + 1).replace(/^ +| +$/g, '')]
}

function malformed(what: string): SigV4Error {
  return new SigV4Error('malformed-trailer', what)
}
