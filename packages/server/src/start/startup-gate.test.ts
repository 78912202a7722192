import { expect, test } from 'vitest'
import { StartupGate } from './startup-gate.ts'

/** Returns the outcomes of requests before and after the start, in that order. */
async function outcomesOf(
  early: 'refuse' | 'wait',
  then: 'open' | 'fail' | 'nothing',
): Promise<readonly string[]> {
  const outcomes: string[] = []
  const gate = new StartupGate<{ readonly name: string }>(early)
  const ask = (who: string): void =>
    gate.use(
      ({ name }) => void outcomes.push(`${who}: ${name}`),
      () => void outcomes.push(`${who}: refused`),
    )
  ask('before')
  if (then === 'open') gate.open({ name: 'parts' })
  if (then === 'fail') gate.fail()
  await Promise.resolve()
  ask('after')
  await Promise.resolve()
  return outcomes
}

test('StartupGate refuses early requests, or lets them wait until the start has finished', async () => {
  expect(await outcomesOf('refuse', 'open')).toEqual(['before: refused', 'after: parts'])
  expect(await outcomesOf('wait', 'open')).toEqual(['before: parts', 'after: parts'])
  expect(await outcomesOf('wait', 'nothing')).toEqual([])
})

test('StartupGate refuses waiting requests when the start fails', async () => {
  expect(await outcomesOf('wait', 'fail')).toEqual(['before: refused', 'after: refused'])
})

test('StartupGate ignores a failure after the start has finished', async () => {
  const gate = new StartupGate<{ readonly name: string }>('wait')
  gate.open({ name: 'parts' })
  gate.fail()
  expect(await new Promise((resolve) => gate.use(resolve, () => resolve(null)))).toEqual({ name: 'parts' })
})
