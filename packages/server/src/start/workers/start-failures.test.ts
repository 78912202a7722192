import { expect, test } from 'vitest'
import { StartFailures } from './start-failures.ts'
import { WorkerError } from './worker-error.ts'

const broken = new WorkerError('The key is missing.')
const away = new WorkerError('The database does not respond.', true)

test('StartFailures stops after five failures in a row', () => {
  const failures = new StartFailures()
  for (let n = 1; n < 5; n += 1) expect(failures.add(broken)).toBe(null)
  expect(failures.add(broken)).toBe('5 workers in a row did not start. The last reason: The key is missing.')
})

test('StartFailures resets its count when a worker starts', () => {
  const failures = new StartFailures()
  for (let n = 1; n < 5; n += 1) failures.add(broken)
  failures.forget()
  expect(failures.add(broken)).toBe(null)
})

test('StartFailures does not count temporary failures', () => {
  const failures = new StartFailures()
  for (let n = 1; n < 100; n += 1) expect(failures.add(away)).toBe(null)
})
