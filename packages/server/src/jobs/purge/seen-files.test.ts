import { expect, test } from 'vitest'
import { SeenFiles } from './seen-files.ts'

test('SeenFiles counts a file as new only once', () => {
  const seen = new SeenFiles()
  expect(seen.meet(['a', 'b', 'a'])).toBe(2)
  expect(seen.meet(['b', 'c'])).toBe(1)
})

test('SeenFiles counts the oldest files as new again when it contains more files than its limit', () => {
  const seen = new SeenFiles(2)
  expect(seen.meet(['a', 'b', 'c'])).toBe(3)
  expect(seen.meet(['c', 'b'])).toBe(0)
  expect(seen.meet(['a'])).toBe(1)
})
