import { type Json, stringify } from '@headgate/json'
import type { TableMetadata } from '../types.ts'
import { encodeTableMetadata } from './encode-table.ts'
import { piecesOfList, type TextPiece } from './text-pieces.ts'

/** The document of `encodeTableMetadata` as JSON text, the same as `stringify` would make. */
export function stringifyTableMetadata(metadata: TableMetadata): string {
  return tableTextPieces(metadata)
    .map(({ text }) => text)
    .join('')
}

/** The same in pieces, those that last apart from the others. */
export function tableTextPieces(metadata: TableMetadata): TextPiece[] {
  const pieces: TextPiece[] = []
  let loose = ''
  for (const [key, value] of Object.entries(encodeTableMetadata(metadata))) {
    if (value === undefined) continue
    loose += `${loose === '' && pieces.length === 0 ? '{' : ','}${JSON.stringify(key)}:`
    if (!isList(value)) {
      loose += stringify(value)
      continue
    }
    loose += '['
    for (const piece of piecesOfList(value)) {
      if (piece.lasting) {
        // Whatever is made of each piece would be made of nothing, too.
        if (loose !== '') pieces.push({ text: loose, lasting: false })
        pieces.push(piece)
        loose = ''
      } else loose += piece.text
    }
    loose += ']'
  }
  pieces.push({ text: `${loose}}`, lasting: false })
  return pieces
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
