// Each power of two of microseconds is divided into 64 buckets, so the error of a value is at most 1.6 %. The
// range is from 1 µs to more than an hour.
const sub = 64
const subBits = 6

/** Counts latencies in buckets, so that its memory does not grow with the number of latencies. */
export class Histogram {
  readonly #counts = new Float64Array(sub * 28)
  total = 0

  /** @param ms latency in ms */
  add(ms: number): void {
    const index = findBucket(ms * 1000)
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.total += 1
  }

  merge(pairs: Iterable<readonly [bucket: number, count: number]>): void {
    for (const [bucket, count] of pairs) {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count
      this.total += count
    }
  }

  pairs(): [bucket: number, count: number][] {
    const pairs: [number, number][] = []
    this.#counts.forEach((count, bucket) => {
      if (count > 0) pairs.push([bucket, count])
    })
    return pairs
  }

  clear(): void {
    this.#counts.fill(0)
    this.total = 0
  }

  /**
   * Returns a quantile in ms: the latency that a share (0 … 1) of all responses did not exceed. Returns NaN
   * if there are no responses.
   */
  quantile(share: number): number {
    let left = share * this.total
    for (let index = 0; index < this.#counts.length; index += 1) {
      left -= this.#counts[index] ?? 0
      if (left <= 0 && this.total > 0) return upperEdge(index) / 1000
    }
    return Number.NaN
  }
}

function findBucket(us: number): number {
  const whole = Math.max(0, Math.floor(us))
  if (whole < sub) return whole
  const shift = Math.min(31 - Math.clz32(Math.min(whole, 0x7fffffff)) - subBits, 26)
  return (shift + 1) * sub + (Math.floor(whole / 2 ** shift) - sub)
}

function upperEdge(bucket: number): number {
  if (bucket < sub) return bucket + 1
  const shift = Math.floor(bucket / sub) - 1
  return (sub + (bucket % sub) + 1) * 2 ** shift
}
