import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fillPage } from './fill-page.ts'

/** Returns a list of numbers from 0, with the number of reads. */
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

test('a page has as many rows as are wanted, or all that are left, in order', async () => {
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

test('nothing is read twice, and nothing more than is wanted when all is shown', async () => {
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

test('others get their turn while many rows are left out', async () => {
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
