import type { TextPiece } from '@headgate/iceberg/metadata'
import type { PackedBody } from '../store/relations.ts'
import { joinPacked, pack, packWell } from './packed-body.ts'

/** The text of a metadata file as bytes. */
export interface MetadataText {
  readonly whole: Buffer
  /** What it consists of: a commit to a large table changes little of it. */
  readonly parts: readonly Part[]
}

/** `packed` is kept with a part that stays the same from version to version. */
interface Part {
  readonly bytes: Buffer
  readonly lasting: boolean
  packed?: Promise<PackedBody>
}

const lastingParts = new WeakMap<TextPiece, Part>()

export function metadataText(pieces: readonly TextPiece[]): MetadataText {
  const parts = pieces.map(partOf)
  const [only] = parts
  const whole = parts.length === 1 && only ? only.bytes : Buffer.concat(parts.map(({ bytes }) => bytes))
  return { whole, parts }
}

/** A text that is there already. */
export function metadataTextOf(whole: Buffer): MetadataText {
  return { whole, parts: [{ bytes: whole, lasting: false }] }
}

function partOf(piece: TextPiece): Part {
  const known = lastingParts.get(piece)
  if (known !== undefined) return known
  const part = { bytes: Buffer.from(piece.text), lasting: piece.lasting }
  if (piece.lasting) lastingParts.set(piece, part)
  return part
}

/** Packs a text for its row; parts that were packed before are taken as they are. */
export async function packText({ parts }: MetadataText): Promise<PackedBody> {
  return joinPacked(await Promise.all(parts.map(packPart)))
}

function packPart(part: Part): Promise<PackedBody> {
  if (!part.lasting) return pack(part.bytes)
  if (part.packed === undefined) {
    part.packed = packWell(part.bytes)
    part.packed.catch(() => delete part.packed)
  }
  return part.packed
}
