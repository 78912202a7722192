import { expect, test } from 'vitest'
import { Awaited } from './awaited.ts'

/** What became of those who came before and after, in that order. */
async function asked(
  early: 'refuse' | 'wait',
  then: 'stand' | 'fall' | 'nothing',
): Promise<readonly string[]> {
  const told: string[] = []
  const awaited = new Awaited<{ readonly name: string }>(early)
  const ask = (who: string): void =>
    awaited.use(
      ({ name }) => void told.push(`${who}: ${name}`),
      () => void told.push(`${who}: refused`),
    )
  ask('before')
  if (then === 'stand') awaited.stand({ name: 'parts' })
  if (then === 'fall') awaited.fall()
  await Promise.resolve()
  ask('after')
  await Promise.resolve()
  return told
}

test('who comes early is refused, or waits until it stands', async () => {
  expect(await asked('refuse', 'stand')).toEqual(['before: refused', 'after: parts'])
  expect(await asked('wait', 'stand')).toEqual(['before: parts', 'after: parts'])
  expect(await asked('wait', 'nothing')).toEqual([])
})

test('nobody waits for what will never stand', async () => {
  expect(await asked('wait', 'fall')).toEqual(['before: refused', 'after: refused'])
})

test('what stands is not made to fall', async () => {
  const awaited = new Awaited<{ readonly name: string }>('wait')
  awaited.stand({ name: 'parts' })
  awaited.fall()
  expect(await new Promise((resolve) => awaited.use(resolve, () => resolve(null)))).toEqual({ name: 'parts' })
})
