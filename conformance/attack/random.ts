/** Pseudorandom number generator with a seed, so that a run can be repeated. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** Returns a number from 0 (inclusive) to 1 (exclusive). The algorithm is mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  /** Returns an integer from 0 (inclusive) to `end` (exclusive). */
  int(end: number): number {
    return Math.floor(this.next() * end)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(list: readonly T[]): T {
    const at = this.int(list.length)
    if (at >= list.length) throw new RangeError('The list is empty, so no element can be chosen.')
    return list[at] as T
  }

  /** Returns a random element of the list. The probability of an element is proportional to its weight. */
  pickByWeight<T>(list: readonly T[], getWeight: (item: T) => number): T {
    const at = this.next() * list.reduce((sum, item) => sum + getWeight(item), 0)
    let sum = 0
    for (const item of list) {
      sum += getWeight(item)
      if (at < sum) return item
    }
    throw new RangeError('The list is empty, so no element can be chosen.')
  }

  /** Returns up to `most` random elements, possibly with repetitions. Returns an empty list for an empty list. */
  some<T>(list: readonly T[], most: number): T[] {
    if (list.length === 0) return []
    return Array.from({ length: this.int(most + 1) }, () => this.pick(list))
  }
}
