import { packedIntegers, protobufFields } from './protobuf.ts'
import { text, toInteger } from './values.ts'

/** Entry of a manifest for an index, or for a part of an index. */
export interface IndexEntry {
  readonly uuid: string
  readonly name: string
  /** Ids of the indexed columns. */
  readonly fieldIds: readonly number[]
  /** Version of the table up to which rows are indexed. */
  readonly datasetVersion: number
  /** Type of the index details, such as `VectorIndexDetails`. Null if the manifest contains no details. */
  readonly detailsType: string | null
}

/** Decodes the index section of a manifest. */
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

/** Returns the type name in a protobuf `Any` message, without the package of the type. */
function readTypeName(message: Uint8Array): string | null {
  for (const { number, bytes } of protobufFields(message))
    if (number === 1) return text(bytes).split(/[./]/).at(-1) ?? null
  return null
}
