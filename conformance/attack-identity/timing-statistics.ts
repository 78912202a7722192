/** How long two requests took that were sent one right after the other, ms. */
export interface TimedPair {
  readonly known: number
  readonly unknown: number
}

/** Fewer pairs say nothing. */
const leastPairs = 40
/** So improbable must the outcome be if both take the same: once in a million runs. */
const certainty = 5
/** Differences below this cannot be used over a network, ms. */
const leastDifferenceMs = 0.3

/**
 * Whether one kind takes longer than the other: by how often it does (a sign test), which outliers of a busy machine cannot
 * sway, and by how much in the middle.
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
  const remark = `${pairs.length} pairs: a known one takes longer in ${longer}, ${median.toFixed(3)} ms in the middle (${score.toFixed(1)} standard deviations)`
  const tells = Math.abs(score) > certainty && Math.abs(median) > leastDifferenceMs
  return { found: tells ? [`the time tells whether a client exists: ${remark}`] : [], remark }
}
