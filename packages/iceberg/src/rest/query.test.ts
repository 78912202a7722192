import { expect, test } from 'vitest'
import { decodePurgeRequested, decodeSnapshotMode } from './query.ts'

const refused: object = expect.objectContaining({ code: 'bad-request' })

test('all snapshots are listed unless refs are asked for', () => {
  expect(decodeSnapshotMode(undefined)).toBe('all')
  expect(decodeSnapshotMode('all')).toBe('all')
  expect(decodeSnapshotMode('refs')).toBe('refs')
  expect(decodeSnapshotMode('REFS')).toBe('refs')
})

test.each(['', 'none', 'refs,all'])('snapshots=%s is refused', (value) => {
  expect(() => decodeSnapshotMode(value)).toThrow(refused)
})

test('files are purged only when asked for, in Java or in Python', () => {
  expect(decodePurgeRequested(undefined)).toBe(false)
  expect(decodePurgeRequested('false')).toBe(false)
  expect(decodePurgeRequested('False')).toBe(false)
  expect(decodePurgeRequested('true')).toBe(true)
  expect(decodePurgeRequested('True')).toBe(true)
})

test.each(['', '1', 'yes', 'TRUE', ' true'])('purgeRequested=%s is refused', (value) => {
  expect(() => decodePurgeRequested(value)).toThrow(refused)
})
