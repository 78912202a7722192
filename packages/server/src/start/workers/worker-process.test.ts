import { expect, test } from 'vitest'
import { forkWorkers } from './test-workers.ts'
import { WorkerProcess } from './worker-process.ts'

forkWorkers()
const fork = (): WorkerProcess => WorkerProcess.fork(() => Promise.resolve(null))

test('a worker that hangs is killed when it does not stop in time, and that is told', async () => {
  const worker = fork()
  process.kill(worker.pid ?? Number.NaN, 'SIGSTOP')
  expect(await worker.stop(50)).toBe(false)
  expect(await worker.ended).toBe('SIGKILL')
})

test('a worker that has nothing to do yet stops when it is told to', async () => {
  const worker = fork()
  expect(await worker.stop(30_000)).toBe(true)
  expect(await worker.ended).toBe('exit code 0')
})
