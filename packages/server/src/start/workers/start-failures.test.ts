import { expect, test } from 'vitest'
import { StartFailures } from './start-failures.ts'
import { WorkerError } from './worker-error.ts'

const broken = new WorkerError('The key is gone.')
const away = new WorkerError('The database does not answer.', true)

test('five failures in a row are the end', () => {
  const failures = new StartFailures()
  for (let n = 1; n < 5; n += 1) expect(failures.add(broken)).toBe(null)
  expect(failures.add(broken)).toBe(
    '5 workers in a row did not start, the last one because: The key is gone.',
  )
})

test('one that starts makes up for those before', () => {
  const failures = new StartFailures()
  for (let n = 1; n < 5; n += 1) failures.add(broken)
  failures.forget()
  expect(failures.add(broken)).toBe(null)
})

test('what passes by itself is waited for', () => {
  const failures = new StartFailures()
  for (let n = 1; n < 100; n += 1) expect(failures.add(away)).toBe(null)
})
