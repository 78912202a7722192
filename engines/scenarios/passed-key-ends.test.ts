import { describe, expect, test } from 'vitest'
import { PassedKeyEnds } from './passed-key-ends.ts'

const lifeMs = 10

/**
 * Runs statements with the given start times and durations on a simulated clock. Returns the number of counted
 * expiries.
 */
async function passed(statements: readonly (readonly [beginMs: number, takesMs: number])[]): Promise<number> {
  let now = 0
  const ends = new PassedKeyEnds(() => now)
  for (const [beginMs, takesMs] of statements) {
    now = beginMs
    await ends.run(lifeMs, () => Promise.resolve((now += takesMs)))
  }
  return ends.passed
}

describe('PassedKeyEnds', () => {
  test('PassedKeyEnds counts an expiry of keys when a statement begins one key lifetime after an earlier statement ended', async () => {
    expect(
      await passed([
        [0, 1],
        [11, 1],
        [22, 1],
      ]),
    ).toBe(2)
  })

  test('PassedKeyEnds counts no expiry of keys when the keys of the earlier statement may still be valid', async () => {
    expect(
      await passed([
        [0, 1],
        [10.5, 1],
      ]),
    ).toBe(0)
  })

  test('PassedKeyEnds counts an expiry of keys once when several statements begin after it', async () => {
    const each = Array.from({ length: 13 }, (_, n) => [n * 2.5, 0] as const)
    expect(await passed(each)).toBe(3)
  })

  test('PassedKeyEnds counts no expiry of keys during a statement, even if the statement is long', async () => {
    expect(
      await passed([
        [0, 100],
        [101, 100],
      ]),
    ).toBe(0)
  })

  test('PassedKeyEnds counts no expiry of keys for a statement that fails', async () => {
    let now = 0
    const ends = new PassedKeyEnds(() => now)
    await ends.run(lifeMs, () => Promise.resolve())
    now = 20
    await expect(ends.run(lifeMs, () => Promise.reject(new Error('expired')))).rejects.toThrow('expired')
    expect(ends.passed).toBe(0)
  })
})
