import { sha256Hex } from '../sha256-hex.ts'
import { checksumHeader, type ChecksumAlgorithm } from '../checksums/checksum.ts'
import { checksumValue } from '../checksums/declared-checksum.ts'
import { parseSignature } from '../incoming/parts.ts'
import { sameSignature } from '../signature.ts'
import { SigV4Error } from '../sigv4-error.ts'
import type { ChunkSignatures } from './chunk-signatures.ts'

/**
 * Parses the trailer of an `aws-chunked` body, which follows the last chunk: the checksum that `x-amz-trailer` names,
 * its signature if chunks are signed, and an empty line.
 *
 * One empty line may precede the signature, and one may follow the end: Amazon's own example and MinIO's client end
 * the line of the checksum with a single line feed, and then end it again.
 */
export class TrailerReader {
  readonly #name: string
  readonly #algorithm: ChecksumAlgorithm
  readonly #signatures: ChunkSignatures | undefined
  #checksum: string | undefined
  #emptyLines = 0
  #signed = false
  #closed = false
  /** Whether the trailer is complete. */
  done = false

  constructor(algorithm: ChecksumAlgorithm, signatures: ChunkSignatures | undefined) {
    this.#name = checksumHeader(algorithm)
    this.#algorithm = algorithm
    this.#signatures = signatures
  }

  /** Returns the checksum in the trailer, in base64. Call it only when the trailer is complete. */
  get checksum(): string {
    return this.#checksum ?? ''
  }

  /** Parses the next line of the trailer, without its line feed. */
  takeLine(line: string): void {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line
    if (this.done) {
      if (text !== '' || this.#closed) throw malformed('Bytes follow the end of the trailer')
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
    if (name !== this.#name) throw malformed(`The trailer must be ${this.#name}, the name in x-amz-trailer`)
    this.#checksum = checksumValue(this.#algorithm, value)
  }

  #takeSignature(text: string): void {
    const [name, value] = field(text)
    if (this.#signatures === undefined || this.#signed || name !== 'x-amz-trailer-signature') {
      throw malformed('The trailer has more lines than the header x-amz-trailer declares')
    }
    const expected = this.#signatures.trailer(sha256Hex(`${this.#name}:${this.#checksum ?? ''}\n`))
    if (!sameSignature(expected, parseSignature(value) ?? '')) {
      throw new SigV4Error(
        'trailer-signature-mismatch',
        'The signature of the trailer does not match the trailer',
      )
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
