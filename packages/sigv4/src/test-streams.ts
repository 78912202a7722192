/** All bytes of a stream. */
export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** A stream of the bytes in pieces of the sizes given, again and again from the first; sizes of 0 are empty pieces. */
export async function* split(bytes: Buffer, ...sizes: number[]): AsyncGenerator<Buffer, void, undefined> {
  let at = 0
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? bytes.length
    yield bytes.subarray(at, at + size)
    at += size
  }
}
