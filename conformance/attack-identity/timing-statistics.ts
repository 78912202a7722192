/** Durations in ms of two requests that were sent one directly after the other. */
export interface TimedPair {
  readonly known: number
  readonly unknown: number
}

/** Minimum number of pairs for a result. */
const leastPairs = 40
/**
 * Required significance in standard deviations. With equal distributions, a deviation of this size occurs about once
 * in a million runs.
 */
const certainty = 5
/** Minimum difference in ms that counts. Smaller differences cannot be measured over a network. */
const leastDifferenceMs = 0.3

/**
 * Decides whether one of two kinds of request takes longer. Uses a sign test, which is robust against outliers, and
 * the median difference.
 */
export function judgePairs(pairs: readonly TimedPair[]): {
  readonly found: readonly string[]
  readonly remark: string
} {
  if (pairs.length < leastPairs) return { found: [], remark: `${pairs.length} pairs: too few to tell` }
  const differences = pairs.map(({ known, unknown }) => known - unknown).toSorted((a, b) => a - b)
  const longer = differences.filter((difference) => difference > 0).length
  const score = (longer - pairs.length / 2) / Math.sqrt(pairs.length / 4)
  const median = differences[Math.floor(differences.length / 2)] ?? 0
  const remark = `${pairs.length} pairs: the known client takes longer in ${longer} pairs; median difference ${median.toFixed(3)} ms (${score.toFixed(1)} standard deviations)`
  const isDistinguishable = Math.abs(score) > certainty && Math.abs(median) > leastDifferenceMs
  return { found: isDistinguishable ? [`the time tells whether a client exists: ${remark}`] : [], remark }
}
