import { expect, test } from 'vitest'
import { StartFailures } from './start-failures.ts'
import { WorkerError } from './worker-error.ts'

const broken = new WorkerError('The key is missing.')
const away = new WorkerError('The database does not respond.', true)

test('StartFailures returns a reason to stop after five consecutive failures', () => {
  const failures = new StartFailures()
  for (let n = 1; n < 5; n += 1) expect(failures.add(broken)).toBe(null)
  expect(failures.add(broken)).toBe(
    '5 consecutive starts of a worker failed. The last reason: The key is missing.',
  )
})

test('StartFailures resets its count after the successful start of a worker', () => {
  const failures = new StartFailures()
  for (let n = 1; n < 5; n += 1) failures.add(broken)
  failures.forget()
  expect(failures.add(broken)).toBe(null)
})

test('StartFailures does not count failures that are temporary, such as an unavailable database', () => {
  const failures = new StartFailures()
  for (let n = 1; n < 100; n += 1) expect(failures.add(away)).toBe(null)
})
