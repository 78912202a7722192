import { expect, test } from 'vitest'
import { randomSequence } from './generate/sequences.ts'
import { readOptions } from './options.ts'
import { shrink } from './shrink.ts'

test('randomSequence returns the same sequence for the same seed and number', () => {
  for (let number = 0; number < 20; number++)
    expect(randomSequence(7, number)).toEqual(randomSequence(7, number))
  expect(randomSequence(7, 1)).not.toEqual(randomSequence(8, 1))
})

test('generated sequences of commits contain views, snapshots, statistics and documents', () => {
  const sequences = Array.from({ length: 300 }, (_, number) => randomSequence(1, number))
  const text = JSON.stringify(sequences, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  for (const part of [
    '"kind":"view"',
    '"add-snapshot"',
    '"first-row-id"',
    '"add-view-version"',
    '"set-statistics"',
  ])
    expect(text).toContain(part)
  expect(sequences.some(({ documents }) => documents.length > 0)).toBe(true)
  expect(sequences.filter(({ commits }) => commits.length > 1).length).toBeGreaterThan(50)
})

test('shrink removes the commits, updates and documents that are not necessary for the difference', async () => {
  const sequence = {
    kind: 'table',
    create: null,
    commits: [[{ action: 'a' }], [{ action: 'b' }, { action: 'bad' }]],
    documents: [1],
  } as const
  const small = await shrink(sequence, (smaller) => Promise.resolve(JSON.stringify(smaller).includes('bad')))
  expect(small).toEqual({ ...sequence, commits: [[{ action: 'bad' }]], documents: [] })
})

test('readOptions reads the options, and throws for contradictory or invalid ones', () => {
  expect(readOptions([])).toEqual({ sequences: 14000, seed: 1, replay: undefined })
  expect(readOptions(['--quick', '--seed', '9'])).toEqual({ sequences: 1500, seed: 9, replay: undefined })
  expect(() => readOptions(['--quick', '--sequences', '5'])).toThrow('leave out --sequences')
  expect(() => readOptions(['--sequences', 'x'])).toThrow('--sequences requires a whole number')
  expect(readOptions(['--help'])).toBeUndefined()
})
