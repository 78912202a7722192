import { protobufFields } from './protobuf.ts'
import { text, toSigned } from './values.ts'

/** Column of a Lance table, or a nested field of a column. */
export interface ManifestField {
  readonly id: number
  /** Id of the field that contains this field, or -1 for a column. */
  readonly parentId: number
  readonly name: string
  /** Type in the notation of Lance, such as `int32`, `list.struct` or `fixed_size_list:float:128`. */
  readonly logicalType: string
  readonly nullable: boolean
  readonly metadata: Readonly<Record<string, string>>
}

export function readField(message: Uint8Array): ManifestField {
  const field = { id: 0, parentId: 0, name: '', logicalType: '', nullable: false }
  const metadata: [string, string][] = []
  for (const { number, integer, bytes } of protobufFields(message)) {
    if (number === 2) field.name = text(bytes)
    if (number === 3) field.id = toSigned(integer)
    if (number === 4) field.parentId = toSigned(integer)
    if (number === 5) field.logicalType = text(bytes)
    if (number === 6) field.nullable = integer !== 0n
    if (number === 10) metadata.push(readTextEntry(bytes))
  }
  return { ...field, metadata: Object.fromEntries(metadata) }
}

/** Reads an entry of a protobuf map. The key is a text, and the value is a text or the bytes of a text. */
export function readTextEntry(message: Uint8Array): [string, string] {
  let [key, value] = ['', '']
  for (const { number, bytes } of protobufFields(message)) {
    if (number === 1) key = text(bytes)
    if (number === 2) value = text(bytes)
  }
  return [key, value]
}
