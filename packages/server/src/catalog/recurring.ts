import { crc32 } from 'node:zlib'

const slots = 1 << 16

/**
 * Knows which keys come again: what is asked for once is not worth a place in a cache, which would have to forget something
 * else. A mark of each of the last tens of thousands of keys, in 256 KiB, whatever comes; a wrong answer wastes a place.
 */
export class Recurring {
  readonly #marks = new Uint32Array(slots)

  /** Whether the key came before, not too long ago. */
  again(key: string): boolean {
    const mark = crc32(key)
    const slot = mark % slots
    if (this.#marks[slot] === mark) return true
    this.#marks[slot] = mark
    return false
  }
}
