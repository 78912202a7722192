import { protobufFields } from './protobuf.ts'
import { toInteger } from './values.ts'

/** Fragment of a Lance table: rows in one or several data files. */
export interface Fragment {
  readonly id: number
  /** Number of rows in the data files, including deleted ones. */
  readonly physicalRows: number
  readonly deletedRows: number
  /** Size of all data files in bytes. Files of earlier versions of Lance have no recorded size and count as 0. */
  readonly bytes: number
}

export function readFragment(message: Uint8Array): Fragment {
  let [id, physicalRows, deletedRows, size] = [0, 0, 0, 0]
  for (const { number, integer, bytes } of protobufFields(message)) {
    if (number === 1) id = toInteger(integer)
    if (number === 2) size += readNumber(bytes, 6)
    if (number === 3) deletedRows = readNumber(bytes, 4)
    if (number === 4) physicalRows = toInteger(integer)
  }
  return { id, physicalRows, deletedRows, bytes: size }
}

/** Returns an integer field of a protobuf message, or 0 if the field is absent. */
function readNumber(message: Uint8Array, wanted: number): number {
  let found = 0
  for (const { number, integer } of protobufFields(message)) if (number === wanted) found = toInteger(integer)
  return found
}
