import cluster from 'node:cluster'
import { expect, test } from 'vitest'
import { WorkerProcess } from './worker-process.ts'

cluster.setupPrimary({
  exec: `${import.meta.dirname}/worker-main.ts`,
  args: ['--insecure-anonymous'],
  execArgv: ['--conditions=x-source'],
  silent: true,
  serialization: 'advanced',
})
const fork = (): WorkerProcess => WorkerProcess.fork(() => Promise.resolve(null))

test('a worker that hangs is killed when it does not stop in time, and that is told', async () => {
  const worker = fork()
  process.kill(worker.pid ?? 0, 'SIGSTOP')
  expect(await worker.stop(50)).toBe(false)
  expect(await worker.ended).toBe('SIGKILL')
})

test('a worker that has nothing to do yet stops when it is told to', async () => {
  const worker = fork()
  expect(await worker.stop(30_000)).toBe(true)
  expect(await worker.ended).toBe('exit code 0')
})
