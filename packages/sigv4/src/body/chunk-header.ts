import { SigV4Error } from '../sigv4-error.ts'

/** The line before the bytes of a chunk. */
export interface ChunkHeader {
  /** Number of bytes that follow; 0 in the last chunk. */
  readonly size: number
  /** Signature of the chunk: 64 lower-case hexadecimal digits. Undefined when chunks are unsigned. */
  readonly signature: string | undefined
}

/** The longest accepted line: sixteen digits, `;chunk-signature=` and a signature, or a trailer line. */
export const MAX_LINE_BYTES = 256

const SIGNED = /^([0-9A-Fa-f]{1,13});chunk-signature=([0-9a-f]{64})\r$/
const UNSIGNED = /^([0-9A-Fa-f]{1,13})\r$/

/** Reads the line before a chunk, without its line feed. */
export function parseChunkHeader(line: string, chunks: 'signed' | 'unsigned'): ChunkHeader {
  const parts = (chunks === 'signed' ? SIGNED : UNSIGNED).exec(line)
  if (parts === null) {
    const form = chunks === 'signed' ? '<size in hex>;chunk-signature=<signature>' : '<size in hex>'
    throw new SigV4Error('malformed-chunk', `A chunk must begin with a line ${form}`)
  }
  return { size: parseInt(parts[1] ?? '', 16), signature: parts[2] }
}
