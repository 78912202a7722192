/** Columns of a linear map over GF(2) on 32 bits. */
type Matrix = Int32Array

const oneZeroBit: Matrix = Int32Array.from([0xedb88320, ...Array.from({ length: 31 }, (_, bit) => 2 ** bit)])

/** What appending 2^n zero bytes does to a CRC, for each n that a length can have. */
const zeroBytes: readonly Matrix[] = squares(squared(squared(squared(oneZeroBit))), 53)

/**
 * CRC-32 of two texts one after the other, from their own CRCs and the length of the second: appending `length` zero
 * bytes is a linear map over GF(2), applied by squaring. (zlib's `crc32_combine`, which Node does not offer.)
 */
export function crc32Combine(first: number, second: number, length: number): number {
  let crc = first
  for (let rest = length, n = 0; rest > 0; rest = Math.floor(rest / 2), n += 1) {
    const matrix = zeroBytes[n]
    if (rest % 2 === 1 && matrix) crc = times(matrix, crc)
  }
  return (crc ^ second) >>> 0
}

function squares(matrix: Matrix, count: number): Matrix[] {
  const all = [matrix]
  for (let last = matrix; all.length < count; all.push(last)) last = squared(last)
  return all
}

function squared(matrix: Matrix): Matrix {
  return matrix.map((column) => times(matrix, column))
}

function times(matrix: Matrix, vector: number): number {
  let sum = 0
  for (let bits = vector, column = 0; bits !== 0; bits >>>= 1, column += 1) {
    if (bits & 1) sum ^= matrix[column] ?? 0
  }
  return sum
}
