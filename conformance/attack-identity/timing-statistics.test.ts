import { describe, expect, test } from 'vitest'
import { Random } from '../attack/random.ts'
import { judgePairs, type TimedPair } from './timing-statistics.ts'

/** Generates pairs of durations as on a busy machine: 2 to 5 ms, and in 5 % of the cases up to 100 ms more. */
function pairs(count: number, moreForKnown: number, seed = 1): TimedPair[] {
  const random = new Random(seed)
  const time = (): number => 2 + random.next() * 3 + (random.chance(0.05) ? 100 * random.next() : 0)
  return Array.from({ length: count }, () => ({ known: time() + moreForKnown, unknown: time() }))
}

describe('judgePairs', () => {
  test('judgePairs finds no difference between equal distributions with random outliers', () => {
    for (let seed = 0; seed < 200; seed += 1) expect(judgePairs(pairs(300, 0, seed)).found).toEqual([])
  })

  test('judgePairs finds a difference when known clients take longer, and when unknown clients take longer', () => {
    expect(judgePairs(pairs(300, 1.5)).found).toEqual([expect.stringContaining('whether a client exists')])
    expect(judgePairs(pairs(300, -1.5)).found).toHaveLength(1)
  })

  test('judgePairs reports that 20 pairs are too few for a result', () => {
    expect(judgePairs(pairs(20, 50))).toEqual({ found: [], remark: '20 pairs: too few to tell' })
  })
})
