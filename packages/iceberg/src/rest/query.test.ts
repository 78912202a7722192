import { expect, test } from 'vitest'
import { decodePurgeRequested, decodeSnapshotMode } from './query.ts'

const refused: object = expect.objectContaining({ code: 'bad-request' })

test('the query parameter snapshots has the default all', () => {
  expect(decodeSnapshotMode(undefined)).toBe('all')
  expect(decodeSnapshotMode('all')).toBe('all')
  expect(decodeSnapshotMode('refs')).toBe('refs')
  expect(decodeSnapshotMode('REFS')).toBe('refs')
})

test.each(['', 'none', 'refs,all'])('the query parameter snapshots=%s is refused', (value) => {
  expect(() => decodeSnapshotMode(value)).toThrow(refused)
})

test('purgeRequested accepts the spellings of Java and Python, and its default is false', () => {
  expect(decodePurgeRequested(undefined)).toBe(false)
  expect(decodePurgeRequested('false')).toBe(false)
  expect(decodePurgeRequested('False')).toBe(false)
  expect(decodePurgeRequested('true')).toBe(true)
  expect(decodePurgeRequested('True')).toBe(true)
})

test.each(['', '1', 'yes', 'TRUE', ' true'])('the query parameter purgeRequested=%s is refused', (value) => {
  expect(() => decodePurgeRequested(value)).toThrow(refused)
})
