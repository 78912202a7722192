// This module exists because Node has no CRC-32C, and the package of the AWS SDK with CRC-32C depends on the core of
// the SDK.

const POLYNOMIAL = 0x82f63b78 // Castagnoli polynomial, reflected (RFC 3720 appendix B.4)

/**
 * Updates a CRC-32C with more bytes. `value` is the CRC-32C of the preceding bytes, or 0 for the first bytes. Returns
 * an unsigned 32-bit number, like `crc32` of `node:zlib`.
 */
export function crc32c(data: Uint8Array, value = 0): number {
  const table = crc32cTables()
  const length = data.length
  let crc = ~value
  let i = 0
  // Processes eight bytes per step ("slicing by 8"): table k contains the effect of a byte k bytes later.
  for (const end = length - 7; i < end; i += 8) {
    crc =
      entryAt(table, 1792 + ((crc ^ byteAt(data, i)) & 0xff)) ^
      entryAt(table, 1536 + (((crc >>> 8) ^ byteAt(data, i + 1)) & 0xff)) ^
      entryAt(table, 1280 + (((crc >>> 16) ^ byteAt(data, i + 2)) & 0xff)) ^
      entryAt(table, 1024 + ((crc >>> 24) ^ byteAt(data, i + 3))) ^
      entryAt(table, 768 + byteAt(data, i + 4)) ^
      entryAt(table, 512 + byteAt(data, i + 5)) ^
      entryAt(table, 256 + byteAt(data, i + 6)) ^
      entryAt(table, byteAt(data, i + 7))
  }
  for (; i < length; i++) crc = (crc >>> 8) ^ entryAt(table, (crc ^ byteAt(data, i)) & 0xff)
  return ~crc >>> 0
}

let tables: Int32Array | undefined

/** Returns eight lookup tables of 256 entries for the CRC-32C. Computes them in the first call. */
function crc32cTables(): Int32Array {
  if (tables !== undefined) return tables
  const made = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    made[byte] = crc
  }
  for (let i = 256; i < made.length; i++) {
    const before = entryAt(made, i - 256)
    made[i] = (before >>> 8) ^ entryAt(made, before & 0xff)
  }
  tables = made
  return made
}

// Two functions exist so that each sees one type of array. With one function for both, the checksum takes twice as
// long.
function byteAt(data: Uint8Array, index: number): number {
  return data[index] ?? 0
}

function entryAt(table: Int32Array, index: number): number {
  return table[index] ?? 0
}
