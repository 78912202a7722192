/** Linear map on 32-bit vectors over GF(2), stored as its 32 columns. */
type Matrix = Int32Array

const oneZeroBit: Matrix = Int32Array.from([0xedb88320, ...Array.from({ length: 31 }, (_, bit) => 2 ** bit)])

/**
 * Linear maps on CRC-32 values. The map with index n converts the CRC of a text to the CRC of the text
 * followed by 2^n zero bytes. There is one map for each bit of a safe integer.
 */
const zeroBytes: readonly Matrix[] = repeatedSquares(square(square(square(oneZeroBit))), 53)

/**
 * Returns the CRC-32 of two concatenated texts, as `crc32_combine` of zlib does. Node does not offer that function.
 * Appending zero bytes to a text is a linear map over GF(2) on its CRC, so the maps of the set bits of `length` are
 * applied one after the other.
 *
 * @param first CRC-32 of the first text
 * @param second CRC-32 of the second text
 * @param length length of the second text in bytes
 */
export function crc32Combine(first: number, second: number, length: number): number {
  let crc = first
  for (let rest = length, n = 0; rest > 0; rest = Math.floor(rest / 2), n += 1) {
    const matrix = zeroBytes[n]
    if (rest % 2 === 1 && matrix) crc = multiply(matrix, crc)
  }
  return (crc ^ second) >>> 0
}

function repeatedSquares(matrix: Matrix, count: number): Matrix[] {
  const all = [matrix]
  for (let last = matrix; all.length < count; all.push(last)) last = square(last)
  return all
}

function square(matrix: Matrix): Matrix {
  return matrix.map((column) => multiply(matrix, column))
}

function multiply(matrix: Matrix, vector: number): number {
  let sum = 0
  for (let bits = vector, column = 0; bits !== 0; bits >>>= 1, column += 1) {
    if (bits & 1) sum ^= matrix[column] ?? 0
  }
  return sum
}
