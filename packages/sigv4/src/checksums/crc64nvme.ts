// This module exists because Node has no CRC-64/NVME, and the package of the AWS SDK with CRC-64/NVME depends on the
// core of the SDK.

const POLYNOMIAL = 0x9a6c9329ac4bc9b5n // NVM Express NVM Command Set Specification, section 5.2.1.3.4, reflected

/** Value of a CRC-64 in two halves of 32 bits, so that no step needs a bigint. */
export interface Crc64 {
  high: number
  low: number
}

/** Updates a CRC-64/NVME with more bytes, in place. The initial state is `{ high: 0, low: 0 }`. */
export function crc64nvme(state: Crc64, data: Uint8Array): void {
  const { highs, lows } = crc64Tables()
  const length = data.length
  let high = ~state.high
  let low = ~state.low
  let i = 0
  // Processes eight bytes per step ("slicing by 8"): table k contains the effect of a byte k bytes later.
  for (const end = length - 7; i < end; i += 8) {
    const a = 1792 + ((low ^ byteAt(data, i)) & 0xff)
    const b = 1536 + (((low >>> 8) ^ byteAt(data, i + 1)) & 0xff)
    const c = 1280 + (((low >>> 16) ^ byteAt(data, i + 2)) & 0xff)
    const d = 1024 + ((low >>> 24) ^ byteAt(data, i + 3))
    const e = 768 + ((high ^ byteAt(data, i + 4)) & 0xff)
    const f = 512 + (((high >>> 8) ^ byteAt(data, i + 5)) & 0xff)
    const g = 256 + (((high >>> 16) ^ byteAt(data, i + 6)) & 0xff)
    const h = (high >>> 24) ^ byteAt(data, i + 7)
    high =
      entryAt(highs, a) ^
      entryAt(highs, b) ^
      entryAt(highs, c) ^
      entryAt(highs, d) ^
      entryAt(highs, e) ^
      entryAt(highs, f) ^
      entryAt(highs, g) ^
      entryAt(highs, h)
    low =
      entryAt(lows, a) ^
      entryAt(lows, b) ^
      entryAt(lows, c) ^
      entryAt(lows, d) ^
      entryAt(lows, e) ^
      entryAt(lows, f) ^
      entryAt(lows, g) ^
      entryAt(lows, h)
  }
  for (; i < length; i++) {
    const index = (low ^ byteAt(data, i)) & 0xff
    low = ((low >>> 8) | (high << 24)) ^ entryAt(lows, index)
    high = (high >>> 8) ^ entryAt(highs, index)
  }
  state.high = ~high >>> 0
  state.low = ~low >>> 0
}

interface Tables {
  readonly highs: Int32Array
  readonly lows: Int32Array
}

let tables: Tables | undefined

/** Returns eight lookup tables of 256 entries for the CRC-64, in two halves. Computes them in the first call. */
function crc64Tables(): Tables {
  if (tables !== undefined) return tables
  const highs = new Int32Array(8 * 256)
  const lows = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n
    highs[byte] = Number(crc >> 32n)
    lows[byte] = Number(crc & 0xffffffffn)
  }
  for (let i = 256; i < highs.length; i++) {
    const high = entryAt(highs, i - 256)
    const low = entryAt(lows, i - 256)
    highs[i] = (high >>> 8) ^ entryAt(highs, low & 0xff)
    lows[i] = ((low >>> 8) | (high << 24)) ^ entryAt(lows, low & 0xff)
  }
  tables = { highs, lows }
  return tables
}

// Two functions exist so that each sees one type of array. With one function for both, the checksum takes twice as
// long.
function byteAt(data: Uint8Array, index: number): number {
  return data[index] ?? 0
}

function entryAt(table: Int32Array, index: number): number {
  return table[index] ?? 0
}
