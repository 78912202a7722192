import { type Json, stringify } from '@headgate/json'
import type { TableMetadata } from '../types.ts'
import { encodeTableMetadata } from './encode-table.ts'
import { splitList, type TextPiece } from './text-pieces.ts'

/** Returns the document of `encodeTableMetadata` as JSON text. The text equals the result of `stringify`. */
export function stringifyTableMetadata(metadata: TableMetadata): string {
  return tableTextPieces(metadata)
    .map(({ text }) => text)
    .join('')
}

/**
 * Returns the text of `stringifyTableMetadata` in pieces. Parts of the text that later versions of the table reuse
 * are separate pieces, so that callers can cache results for them.
 */
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
    for (const piece of splitList(value)) {
      if (piece.lasting) {
        // Omits empty pieces, because callers would process them without need.
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
