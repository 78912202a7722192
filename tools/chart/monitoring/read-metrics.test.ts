import { expect, test } from 'vitest'
import { readMetrics } from './read-metrics.ts'

test('readMetrics returns the labels of each metric, and their values', () => {
  const samples = readMetrics(
    '# HELP a Help.\n# TYPE a counter\na{b="1",c="x\\"y"} 3\na{b="2",c="z"} 4e-7\nd 5\n',
  )
  expect([...samples.keys()]).toEqual(['a', 'd'])
  expect([...(samples.get('a')?.get('b') ?? [])]).toEqual(['1', '2'])
  expect([...(samples.get('a')?.get('c') ?? [])]).toEqual(['x\\"y', 'z'])
  expect(samples.get('d')?.size).toBe(0)
})
