/**
 * CRC-32 of two texts one after the other, from their own CRCs and the length of the second: appending `length` zero
 * bytes is a linear map over GF(2), applied by squaring. (zlib's `crc32_combine`, which Node does not offer.)
 */
export function crc32Combine(first: number, second: number, length: number): number {
  let operator = oneZeroByte
  let crc = first
  for (let rest = length; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) crc = times(operator, crc)
    if (rest > 1) operator = squared(operator)
  }
  return (crc ^ second) >>> 0
}

type Matrix = readonly number[]

const oneZeroBit: Matrix = [0xedb88320, ...Array.from({ length: 31 }, (_, bit) => 2 ** bit)]
const squares = new Map<Matrix, Matrix>()
const oneZeroByte: Matrix = squared(squared(squared(oneZeroBit)))

function squared(matrix: Matrix): Matrix {
  let square = squares.get(matrix)
  if (!square) squares.set(matrix, (square = matrix.map((column) => times(matrix, column))))
  return square
}

function times(matrix: Matrix, vector: number): number {
  let sum = 0
  for (let bits = vector >>> 0, column = 0; bits !== 0; bits >>>= 1, column += 1) {
    if (bits & 1) sum ^= matrix[column] ?? 0
  }
  return sum >>> 0
}
