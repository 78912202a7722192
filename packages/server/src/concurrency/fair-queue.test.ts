import { expect, test } from 'vitest'
import { FairQueue } from './fair-queue.ts'

const limits = { places: 2, perParty: 3, waiting: 5, patienceMs: 60_000 }

/** Enters tasks into the queue and records the order in which they start. */
function worker(queue: FairQueue): {
  started: string[]
  enter(party: string, name: string): Promise<(() => void) | null>
} {
  const started: string[] = []
  return {
    started,
    async enter(party, name) {
      const leave = await queue.enter(party)
      started.push(leave === null ? `no ${name}` : name)
      return leave
    },
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('FairQueue runs one task of each caller and a limited number in total, and callers take turns', async () => {
  const { started, enter } = worker(new FairQueue(limits))
  const a1 = enter('a', 'a1')
  const work = [enter('a', 'a2'), enter('a', 'a3'), enter('b', 'b1'), enter('c', 'c1')]
  await turn()
  expect(started).toEqual(['a1', 'b1'])
  ;(await a1)?.()
  await turn()
  expect(started).toEqual(['a1', 'b1', 'a2'])
  ;(await work[2])?.()
  await turn()
  expect(started).toEqual(['a1', 'b1', 'a2', 'c1'])
  ;(await work[0])?.()
  await turn()
  expect(started).toEqual(['a1', 'b1', 'a2', 'c1', 'a3'])
})

test('FairQueue refuses a caller with too many waiting tasks, and accepts another caller', async () => {
  const { started, enter } = worker(new FairQueue(limits))
  for (let n = 1; n <= 5; n += 1) void enter('a', `a${n}`)
  void enter('b', 'b1')
  await turn()
  expect(started).toEqual(['a1', 'no a5', 'b1'])
})

test('FairQueue refuses every caller when too many tasks wait', async () => {
  const { started, enter } = worker(new FairQueue({ ...limits, places: 1 }))
  for (const party of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) void enter(party, party)
  await turn()
  expect(started).toEqual(['a', 'no g'])
})

test('FairQueue refuses a task after its maximum wait, and does not start the task later', async () => {
  const queue = new FairQueue({ ...limits, patienceMs: 10 })
  const leave = await queue.enter('a')
  expect(await queue.enter('a')).toBeNull()
  leave?.()
  expect(await queue.enter('a')).not.toBeNull()
})

test('FairQueue starts only one task when `leave` is called twice', async () => {
  const { started, enter } = worker(new FairQueue({ ...limits, places: 1 }))
  const leave = await enter('a', 'a1')
  void enter('a', 'a2')
  void enter('a', 'a3')
  leave?.()
  leave?.()
  await turn()
  expect(started).toEqual(['a1', 'a2'])
})
