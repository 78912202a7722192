import { type Json, stringify } from '@headgate/json'
import type { TableMetadata } from '../types.ts'
import { encodeTableMetadata } from './encode-table.ts'

/**
 * Texts of snapshots, schemas and all other elements of a table's lists. They are values that never change, and a commit
 * carries most of them over to the next version: their text is made once, not with each commit.
 */
const texts = new WeakMap<object, string>()

/** The document of `encodeTableMetadata` as JSON text, the same as `stringify` would make. */
export function stringifyTableMetadata(metadata: TableMetadata): string {
  const members: string[] = []
  for (const [key, value] of Object.entries(encodeTableMetadata(metadata))) {
    if (value === undefined) continue
    members.push(`${JSON.stringify(key)}:${isList(value) ? textOfList(value) : stringify(value)}`)
  }
  return `{${members.join(',')}}`
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function textOfList(list: readonly Json[]): string {
  return `[${list.map(textOf).join(',')}]`
}

function textOf(element: Json): string {
  if (typeof element !== 'object' || element === null) return stringify(element)
  let text = texts.get(element)
  if (text === undefined) {
    text = stringify(element)
    texts.set(element, text)
  }
  return text
}
