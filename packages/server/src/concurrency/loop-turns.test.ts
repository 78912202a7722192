import { expect, test } from 'vitest'
import { LoopTurns } from './loop-turns.ts'

test('LoopTurns resolves one caller in each iteration of the event loop', async () => {
  const turns = new LoopTurns()
  let iteration = 0
  const count = (): void => {
    iteration += 1
    if (iteration < 10) setImmediate(count)
  }
  setImmediate(count)
  const iterations = await Promise.all(
    Array.from({ length: 4 }, async () => {
      await turns.next()
      return iteration
    }),
  )
  expect(new Set(iterations).size).toBe(4)
})
