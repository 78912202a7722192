import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { mapBounded } from './map-bounded.ts'

describe('mapBounded', () => {
  it('mapBounded returns results in the order of the items, and limits the number of simultaneous calls', async () => {
    let running = 0
    let most = 0
    const results = await mapBounded([5, 4, 3, 2, 1], 2, async (turns) => {
      most = Math.max(most, (running += 1))
      for (let turn = 0; turn < turns; turn++) await setImmediate()
      running -= 1
      return turns * 10
    })
    expect(results).toEqual([50, 40, 30, 20, 10])
    expect(most).toBe(2)
  })

  it('mapBounded starts no call after one has failed, and waits for the calls that still run', async () => {
    const ended: number[] = []
    const calls = mapBounded([1, 2, 3, 4], 2, async (item) => {
      if (item === 1) throw new Error('refused')
      await setImmediate()
      ended.push(item)
    })
    await expect(calls).rejects.toThrow('refused')
    expect(ended).toEqual([2])
  })

  it('mapBounded returns an empty list for an empty list', async () => {
    expect(await mapBounded([], 3, () => Promise.reject(new Error('called')))).toEqual([])
  })
})
