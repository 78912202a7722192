/** Returns all bytes of a stream. */
export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** Yields the bytes in pieces of the sizes in `sizes`, which it repeats. Yields an empty piece for the size 0. */
export async function* split(bytes: Buffer, ...sizes: number[]): AsyncGenerator<Buffer, void, undefined> {
  let at = 0
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? bytes.length
    yield bytes.subarray(at, at + size)
    at += size
  }
}
