import { expect, test } from 'vitest'
import { FairQueue } from './fair-queue.ts'

const limits = { places: 2, perParty: 3, waiting: 5, patienceMs: 60_000 }

/** Enters and remembers the order in which the work began. */
function worker(lane: FairQueue): {
  begun: string[]
  enter(party: string, name: string): Promise<(() => void) | null>
} {
  const begun: string[] = []
  return {
    begun,
    async enter(party, name) {
      const leave = await lane.enter(party)
      begun.push(leave === null ? `no ${name}` : name)
      return leave
    },
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('one of each party works at a time, few in all, and parties take turns', async () => {
  const { begun, enter } = worker(new FairQueue(limits))
  const a1 = enter('a', 'a1')
  const work = [enter('a', 'a2'), enter('a', 'a3'), enter('b', 'b1'), enter('c', 'c1')]
  await turn()
  expect(begun).toEqual(['a1', 'b1'])
  ;(await a1)?.()
  await turn()
  expect(begun).toEqual(['a1', 'b1', 'a2'])
  ;(await work[2])?.()
  await turn()
  expect(begun).toEqual(['a1', 'b1', 'a2', 'c1'])
  ;(await work[0])?.()
  await turn()
  expect(begun).toEqual(['a1', 'b1', 'a2', 'c1', 'a3'])
})

test('a party with too many has no place, and another has', async () => {
  const { begun, enter } = worker(new FairQueue(limits))
  for (let n = 1; n <= 5; n += 1) void enter('a', `a${n}`)
  void enter('b', 'b1')
  await turn()
  expect(begun).toEqual(['a1', 'no a5', 'b1'])
})

test('nobody has a place when too many wait', async () => {
  const { begun, enter } = worker(new FairQueue({ ...limits, places: 1 }))
  for (const party of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) void enter(party, party)
  await turn()
  expect(begun).toEqual(['a', 'no g'])
})

test('whoever waited for too long has none, and does not take one later', async () => {
  const lane = new FairQueue({ ...limits, patienceMs: 10 })
  const leave = await lane.enter('a')
  expect(await lane.enter('a')).toBeNull()
  leave?.()
  expect(await lane.enter('a')).not.toBeNull()
})

test('leaving twice lets in one', async () => {
  const { begun, enter } = worker(new FairQueue({ ...limits, places: 1 }))
  const leave = await enter('a', 'a1')
  void enter('a', 'a2')
  void enter('a', 'a3')
  leave?.()
  leave?.()
  await turn()
  expect(begun).toEqual(['a1', 'a2'])
})
