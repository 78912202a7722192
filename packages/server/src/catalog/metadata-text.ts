import type { TextPiece } from '@headgate/iceberg/metadata'
import type { CompressedText } from '../store/relations.ts'
import { compress, compressWell, joinCompressed } from './compressed-text.ts'

/** Text of a metadata file, as bytes. */
export interface MetadataText {
  readonly whole: Buffer
  /** Consecutive parts of the text. A commit to a large table changes only a few of them. */
  readonly parts: readonly Part[]
}

interface Part {
  readonly bytes: Buffer
  /** True for a part that also occurs, unchanged, in later versions of the metadata. */
  readonly lasting: boolean
  /** Compressed form of a lasting part. It is computed on first use and then reused. */
  compressed?: Promise<CompressedText>
}

const lastingParts = new WeakMap<TextPiece, Part>()

/** Returns the metadata text that consists of the given pieces. */
export function metadataText(pieces: readonly TextPiece[]): MetadataText {
  const parts = pieces.map(toPart)
  const [only] = parts
  const whole = parts.length === 1 && only ? only.bytes : Buffer.concat(parts.map(({ bytes }) => bytes))
  return { whole, parts }
}

/** Returns a metadata text that consists of one part. */
export function toMetadataText(whole: Buffer): MetadataText {
  return { whole, parts: [{ bytes: whole, lasting: false }] }
}

function toPart(piece: TextPiece): Part {
  const known = lastingParts.get(piece)
  if (known !== undefined) return known
  const part = { bytes: Buffer.from(piece.text), lasting: piece.lasting }
  if (piece.lasting) lastingParts.set(piece, part)
  return part
}

/**
 * Compresses a metadata text for its row. A part that later versions of the metadata also contain is
 * compressed only once.
 */
export async function compressText({ parts }: MetadataText): Promise<CompressedText> {
  return joinCompressed(await Promise.all(parts.map(compressPart)))
}

function compressPart(part: Part): Promise<CompressedText> {
  if (!part.lasting) return compress(part.bytes)
  if (part.compressed === undefined) {
    part.compressed = compressWell(part.bytes)
    part.compressed.catch(() => delete part.compressed)
  }
  return part.compressed
}
