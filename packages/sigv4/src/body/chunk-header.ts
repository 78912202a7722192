import { SigV4Error } from '../sigv4-error.ts'

/** Header line of a chunk in an `aws-chunked` body. */
export interface ChunkHeader {
  /** Number of data bytes in the chunk. 0 in the last chunk. */
  readonly size: number
  /** Signature of the chunk: 64 lower-case hexadecimal digits. Undefined if the chunks are not signed. */
  readonly signature: string | undefined
}

/** Maximum length of a chunk header or trailer line, in bytes. */
export const MAX_LINE_BYTES = 256

const SIGNED = /^([0-9A-Fa-f]{1,13});chunk-signature=([0-9a-f]{64})\r$/
const UNSIGNED = /^([0-9A-Fa-f]{1,13})\r$/

/** Parses the header line of a chunk, without its line feed. */
export function parseChunkHeader(line: string, chunks: 'signed' | 'unsigned'): ChunkHeader {
  const parts = (chunks === 'signed' ? SIGNED : UNSIGNED).exec(line)
  if (parts === null) {
    const form = chunks === 'signed' ? '<size in hex>;chunk-signature=<signature>' : '<size in hex>'
    throw new SigV4Error('malformed-chunk', `A chunk must begin with a line ${form}`)
  }
  return { size: parseInt(parts[1] ?? '', 16), signature: parts[2] }
}
