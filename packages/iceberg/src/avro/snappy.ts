import { AvroError } from './avro-error.ts'

/**
 * Decompresses one Snappy block (the raw format, without framing) to at most `maxBytes`.
 *
 * Source: google/snappy, format_description.txt.
 *
 * @throws AvroError when the block is damaged or too large
 */
export function unsnappy(input: Buffer, maxBytes: number): Buffer {
  const [length, start] = preamble(input)
  if (length > maxBytes) throw new AvroError('contains a block that is too large')
  const output = Buffer.allocUnsafe(length)
  let from = start
  let to = 0
  const take = (): number => {
    const byte = input[from]
    if (byte === undefined) throw damaged()
    from += 1
    return byte
  }
  const little = (bytes: number): number => {
    let value = 0
    for (let index = 0; index < bytes; index += 1) value += take() * 256 ** index
    return value
  }
  while (from < input.length) {
    const tag = take()
    const kind = tag & 3
    if (kind === 0) {
      const short = tag >> 2
      const size = (short < 60 ? short : little(short - 59)) + 1
      if (size > input.length - from || size > length - to) throw damaged()
      input.copy(output, to, from, from + size)
      from += size
      to += size
      continue
    }
    const size = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
    const back = kind === 1 ? (tag >> 5) * 256 + take() : little(kind === 2 ? 2 : 4)
    if (back === 0 || back > to || size > length - to) throw damaged()
    // Copies byte by byte, because the source of a copy may overlap its target, which repeats a pattern.
    for (const end = to + size; to < end; to += 1) output[to] = output[to - back] ?? 0
  }
  if (to !== length) throw damaged()
  return output
}

/** Returns the uncompressed length that a Snappy block states, and the position of its first element. */
function preamble(input: Buffer): [number, number] {
  let length = 0
  for (let index = 0; index < 5; index += 1) {
    const byte = input[index]
    if (byte === undefined) break
    length += (byte & 0x7f) * 2 ** (7 * index)
    if ((byte & 0x80) === 0) return [length, index + 1]
  }
  throw damaged()
}

function damaged(): AvroError {
  return new AvroError('contains a damaged Snappy block')
}
