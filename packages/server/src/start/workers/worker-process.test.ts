import { expect, test } from 'vitest'
import { forkWorkers } from '../../../test/start/workers/workers.ts'
import { WorkerProcess } from './worker-process.ts'

forkWorkers()
const fork = (): WorkerProcess => WorkerProcess.fork(() => Promise.resolve(null))

test('WorkerProcess.stop kills a worker that does not stop within the time limit, and returns false', async () => {
  const worker = fork()
  process.kill(worker.pid ?? Number.NaN, 'SIGSTOP')
  expect(await worker.stop(50)).toBe(false)
  expect(await worker.ended).toBe('SIGKILL')
})

test('WorkerProcess.stop ends a worker that has not received its configuration yet', async () => {
  const worker = fork()
  expect(await worker.stop(30_000)).toBe(true)
  expect(await worker.ended).toBe('exit code 0')
})
