// Own code: Node has no CRC-32C, and the SDK package that has one brings the core of the SDK along.

const POLYNOMIAL = 0x82f63b78 // Castagnoli's, reflected (RFC 3720 appendix B.4)

/** Continues a CRC-32C over more bytes; begins with 0. An unsigned 32-bit number, as `crc32` of `node:zlib`. */
export function crc32c(data: Uint8Array, value = 0): number {
  const table = crc32cTables()
  const length = data.length
  let crc = ~value
  let i = 0
  // Eight bytes a step ("slicing by 8"): table k tells what a byte does k bytes later.
  for (const end = length - 7; i < end; i += 8) {
    crc =
      entryOf(table, 1792 + ((crc ^ byteOf(data, i)) & 0xff)) ^
      entryOf(table, 1536 + (((crc >>> 8) ^ byteOf(data, i + 1)) & 0xff)) ^
      entryOf(table, 1280 + (((crc >>> 16) ^ byteOf(data, i + 2)) & 0xff)) ^
      entryOf(table, 1024 + ((crc >>> 24) ^ byteOf(data, i + 3))) ^
      entryOf(table, 768 + byteOf(data, i + 4)) ^
      entryOf(table, 512 + byteOf(data, i + 5)) ^
      entryOf(table, 256 + byteOf(data, i + 6)) ^
      entryOf(table, byteOf(data, i + 7))
  }
  for (; i < length; i++) crc = (crc >>> 8) ^ entryOf(table, (crc ^ byteOf(data, i)) & 0xff)
  return ~crc >>> 0
}

let tables: Int32Array | undefined

/** Eight tables of 256 entries, made at first use. */
function crc32cTables(): Int32Array {
  if (tables !== undefined) return tables
  const made = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    made[byte] = crc
  }
  for (let i = 256; i < made.length; i++) {
    const before = entryOf(made, i - 256)
    made[i] = (before >>> 8) ^ entryOf(made, before & 0xff)
  }
  tables = made
  return made
}

// Two functions, so that the engine sees one kind of array in each: with one for both this takes twice as long.
function byteOf(data: Uint8Array, index: number): number {
  return data[index] ?? 0
}

function entryOf(table: Int32Array, index: number): number {
  return table[index] ?? 0
}
