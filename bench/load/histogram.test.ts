import { describe, expect, it } from 'vitest'
import { Histogram } from './histogram.ts'

describe('Histogram', () => {
  it.each([0.05, 1, 7.3, 250, 60_000])(
    'a histogram returns a quantile for %d ms that is at most 2.5 %% too large and never too small',
    (ms) => {
      const histogram = new Histogram()
      histogram.add(ms)
      expect(histogram.quantile(0.5)).toBeGreaterThanOrEqual(ms)
      expect(histogram.quantile(0.5)).toBeLessThan(ms * 1.025)
    },
  )

  it('a merged histogram returns the quantiles of all its values', () => {
    const [left, right, whole] = [new Histogram(), new Histogram(), new Histogram()]
    for (let ms = 1; ms <= 100; ms += 1) (ms % 2 === 0 ? left : right).add(ms)
    whole.merge(left.pairs())
    whole.merge(right.pairs())
    expect(whole.total).toBe(100)
    expect(whole.quantile(0.5)).toBeCloseTo(50, -1)
    expect(whole.quantile(0.99)).toBeGreaterThanOrEqual(99)
    expect(whole.quantile(0.99)).toBeLessThan(101)
  })

  it('a histogram without values returns NaN as quantile', () => {
    expect(new Histogram().quantile(0.5)).toBeNaN()
  })
})
