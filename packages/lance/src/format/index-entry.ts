import { packedIntegers, protobufFields } from './protobuf.ts'
import { text, toInteger } from './values.ts'

/** Index, or a part of an index, that a manifest lists. */
export interface IndexEntry {
  readonly uuid: string
  readonly name: string
  /** Ids of the indexed columns. */
  readonly fieldIds: readonly number[]
  /** Version of the table whose rows the index contains. */
  readonly datasetVersion: number
  /** Last part of the type name of the details, such as `VectorIndexDetails`. Null when the manifest has none. */
  readonly detailsType: string | null
}

/** Reads the index section of a manifest. */
export function readIndices(message: Uint8Array): readonly IndexEntry[] {
  const entries: IndexEntry[] = []
  for (const { number, bytes } of protobufFields(message)) if (number === 1) entries.push(readEntry(bytes))
  return entries
}

function readEntry(message: Uint8Array): IndexEntry {
  const fieldIds: number[] = []
  let entry: Omit<IndexEntry, 'fieldIds'> = { uuid: '', name: '', datasetVersion: 0, detailsType: null }
  for (const { number, integer, bytes } of protobufFields(message)) {
    if (number === 1) entry = { ...entry, uuid: readUuid(bytes) }
    if (number === 2) fieldIds.push(...(bytes.length > 0 ? packedIntegers(bytes) : [integer]).map(toInteger))
    if (number === 3) entry = { ...entry, name: text(bytes) }
    if (number === 4) entry = { ...entry, datasetVersion: toInteger(integer) }
    if (number === 6) entry = { ...entry, detailsType: readTypeName(bytes) }
  }
  return { ...entry, fieldIds }
}

function readUuid(message: Uint8Array): string {
  for (const { number, bytes } of protobufFields(message)) {
    if (number !== 1) continue
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.*)$/, '$1-$2-$3-$4-$5')
  }
  return ''
}

/** Returns the name of the type in an `Any` message, without its package. */
function readTypeName(message: Uint8Array): string | null {
  for (const { number, bytes } of protobufFields(message))
    if (number === 1) return text(bytes).split(/[./]/).at(-1) ?? null
  return null
}
