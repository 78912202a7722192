/**
 * Returns the median: the middle value, or the mean of the two middle values for an even count. Returns NaN
 * for an empty list.
 */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const high = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2
}

/**
 * Returns the spread of values: half the distance between the largest and the smallest value, divided by the
 * median.
 */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / 2 / median(values)
}

/**
 * Returns the median of the ratios `values / base` of all rounds. The ratio of one round is robust, because a
 * disturbance in a round affects both values.
 */
export function medianRatio(values: readonly number[], base: readonly number[]): number {
  return median(values.map((value, round) => value / (base[round] ?? Number.NaN)))
}
