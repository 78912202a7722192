import { expect, test } from 'vitest'
import { StartupGate } from './startup-gate.ts'

/**
 * Sends requests before and after the end of the start, and returns whether each was processed or refused, in this
 * order.
 */
async function collectOutcomes(
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

test('StartupGate refuses requests before the end of the start, or delays them until the start has finished, as configured', async () => {
  expect(await collectOutcomes('refuse', 'open')).toEqual(['before: refused', 'after: parts'])
  expect(await collectOutcomes('wait', 'open')).toEqual(['before: parts', 'after: parts'])
  expect(await collectOutcomes('wait', 'nothing')).toEqual([])
})

test('StartupGate refuses waiting requests when the start fails', async () => {
  expect(await collectOutcomes('wait', 'fail')).toEqual(['before: refused', 'after: refused'])
})

test('StartupGate ignores a failure after the start has finished', async () => {
  const gate = new StartupGate<{ readonly name: string }>('wait')
  gate.open({ name: 'parts' })
  gate.fail()
  expect(await new Promise((resolve) => gate.use(resolve, () => resolve(null)))).toEqual({ name: 'parts' })
})
