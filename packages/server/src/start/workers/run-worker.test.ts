import cluster from 'node:cluster'
import { randomBytes } from 'node:crypto'
import { testDatabase } from '@headgate/testkit'
import { expect, onTestFinished, test, vi } from 'vitest'
import { forkWorkers } from '../../../test/start/workers/workers.ts'
import { WorkerProcess } from './worker-process.ts'

test('A worker that does not accept requests yet ends immediately when the primary process ends', async () => {
  await using database = await testDatabase()
  forkWorkers()
  vi.stubEnv('HEADGATE_MASTER_KEY', randomBytes(32).toString('base64'))
  onTestFinished(() => void vi.unstubAllEnvs())
  const worker = WorkerProcess.fork(() => Promise.resolve(null))
  const orders = { databaseUrl: database.url, log: { level: 'info', format: 'json' } } as const
  const served = worker.serve({ ...orders, ports: { catalog: 0, gateway: null } })
  const forked = cluster.workers?.[worker.id]
  // The primary ends directly after it has sent the configuration to the worker.
  forked?.once('message', () => setImmediate(() => forked.process.disconnect()))
  await expect(served).rejects.toThrow('A worker ended during its start')
})
