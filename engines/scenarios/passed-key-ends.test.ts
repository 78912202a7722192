import { describe, expect, test } from 'vitest'
import { PassedKeyEnds } from './passed-key-ends.ts'

const lifeMs = 10

/** Runs a statement at each of these times, which takes as long as it says, and returns the count. */
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
  test('counts a statement that begins a life after an earlier one ended', async () => {
    expect(
      await passed([
        [0, 1],
        [11, 1],
        [22, 1],
      ]),
    ).toBe(2)
  })

  test('counts no statement that keys from before can have reached', async () => {
    expect(
      await passed([
        [0, 1],
        [10.5, 1],
      ]),
    ).toBe(0)
  })

  test('counts an end once that several statements have passed', async () => {
    const each = Array.from({ length: 13 }, (_, n) => [n * 2.5, 0] as const)
    expect(await passed(each)).toBe(3)
  })

  test('counts no end within a statement, however long it takes', async () => {
    expect(
      await passed([
        [0, 100],
        [101, 100],
      ]),
    ).toBe(0)
  })

  test('counts no statement that fails', async () => {
    let now = 0
    const ends = new PassedKeyEnds(() => now)
    await ends.run(lifeMs, () => Promise.resolve())
    now = 20
    await expect(ends.run(lifeMs, () => Promise.reject(new Error('expired')))).rejects.toThrow('expired')
    expect(ends.passed).toBe(0)
  })
})
