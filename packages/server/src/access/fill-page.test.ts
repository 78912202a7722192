import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fillPage } from './fill-page.ts'

/** Returns a list of the numbers from 0 to `length - 1`, and records the limit of each read. */
function list(length: number): {
  reads: number[]
  read: (after: number | null, limit: number) => Promise<number[]>
} {
  const reads: number[] = []
  return {
    reads,
    read(after, limit) {
      reads.push(limit)
      const from = after === null ? 0 : after + 1
      return Promise.resolve(
        Array.from({ length: Math.max(0, Math.min(limit, length - from)) }, (_, index) => from + index),
      )
    },
  }
}

test('a page contains the requested number of visible objects in order, or all remaining visible objects', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(60),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 7 }),
      async (length, wanted, every) => {
        const shown = (row: number): boolean => row % every === 0
        const expected = Array.from({ length }, (_, index) => index)
          .filter(shown)
          .slice(0, wanted)
        expect(await fillPage(wanted, list(length).read, shown)).toEqual(expected)
      },
    ),
  )
})

test('fillPage reads no row twice, and no more rows than requested when all rows are visible', async () => {
  const all = list(10)
  expect(await fillPage(4, all.read, null)).toEqual([0, 1, 2, 3])
  expect(all.reads).toEqual([4])
  const none = list(2_500)
  expect(await fillPage(4, none.read, () => false)).toEqual([])
  expect(none.reads).toEqual([4, 1_000, 1_000, 1_000])
})

test('fillPage stops when the signal is aborted', async () => {
  const signal = AbortSignal.abort(new Error('the client went away'))
  await expect(fillPage(4, list(10).read, () => true, signal)).rejects.toThrow('the client went away')
})

test('fillPage lets other requests run while it skips many hidden rows', async () => {
  let turns = 0
  const counting = setInterval(() => (turns += 1), 0)
  const busy = (): boolean => {
    const until = performance.now() + 0.5
    while (performance.now() < until);
    return false
  }
  await fillPage(4, list(400).read, busy)
  clearInterval(counting)
  expect(turns).toBeGreaterThan(5)
})
