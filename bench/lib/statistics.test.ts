import { describe, expect, it } from 'vitest'
import { median, medianRatio, spread } from './statistics.ts'

describe('statistics', () => {
  it('median returns the middle value, or the mean of the two middle values', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
  })
  it('spread returns half the range relative to the median', () => {
    expect(spread([90, 100, 110])).toBeCloseTo(0.1)
  })
  it('medianRatio computes the quotient of each round and returns the median of the quotients', () => {
    expect(medianRatio([10, 50, 30], [20, 100, 30])).toBe(0.5)
  })
})
