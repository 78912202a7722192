import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { FaultProxy } from '@headgate/testkit'
import { expect, test } from 'vitest'
import { schema } from '../iceberg/tables.ts'
import { type FaultPlace, faultPlace } from './fault-fixture.ts'
import { MainProcess } from './main-process.ts'
import { send } from './send.ts'

const shutdownMs = 500
/**
 * Time limits of a stop for jobs, audit events and connections (docs/how-to/operations.md), and time for a busy
 * machine.
 */
const mostMs = shutdownMs + 10_000 + 3_000 + 2_000 + 5_000

async function started(place: FaultPlace, more: Readonly<Record<string, string>> = {}): Promise<MainProcess> {
  return MainProcess.start(
    place.environment({
      HEADGATE_SHUTDOWN_TIMEOUT_MS: String(shutdownMs),
      HEADGATE_DATABASE_POOL_SIZE: '5',
      ...more,
    }),
  )
}

/** Returns the milliseconds that a server needs to end. */
async function timeToEnd(server: MainProcess): Promise<number> {
  const startedAt = performance.now()
  await server.end('SIGTERM')
  return performance.now() - startedAt
}

test('a server whose storage hangs ends within its time limit', async () => {
  await using place = await faultPlace()
  let asked = 0
  const hole = createServer((socket) => void socket.once('data', () => (asked += 1))).listen(0, '127.0.0.1')
  await once(hole, 'listening')
  await using server = await started(place)
  const endpoint = `http://127.0.0.1:${(hole.address() as AddressInfo).port}`
  const storage = { type: 's3', bucket: 'hole', endpoint, accessKeyId: 'a', secretAccessKey: 'b' }
  await send(server.url, 'POST', '/management/v1/warehouses', { name: 'hole', storage, skipProbe: true })
  await send(server.url, 'POST', '/v1/hole/namespaces', { namespace: ['n'] })
  const cut = send(server.url, 'POST', '/v1/hole/namespaces/n/tables', { name: 't', schema })
  await expect.poll(() => asked, { timeout: 10_000 }).toBeGreaterThan(0)
  expect(await timeToEnd(server)).toBeLessThan(mostMs)
  expect(await cut).toBeNull()
  hole.close()
}, 60_000)

test('a server whose database hangs ends within its time limit', async () => {
  await using place = await faultPlace()
  const url = new URL(place.databaseUrl)
  await using proxy = await FaultProxy.start({ host: url.hostname, port: Number(url.port) })
  url.host = `127.0.0.1:${proxy.port}`
  await using server = await started(place, {
    HEADGATE_DATABASE_URL: url.href,
    HEADGATE_AUDIT_READS: 'store',
  })
  expect(await send(server.url, 'GET', 'namespaces')).toMatchObject({ status: 200 })
  proxy.faults = { hang: true }
  const cut = send(server.url, 'GET', 'namespaces')
  await expect.poll(() => proxy.held, { timeout: 10_000 }).toBeGreaterThan(0)
  expect(await timeToEnd(server)).toBeLessThan(mostMs)
  expect(await cut).toBeNull()
}, 60_000)
