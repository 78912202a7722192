import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Connection, isRunning, startedWorkers, startWorkersServer, type WorkersServer } from './workers.ts'

const certificates = join(import.meta.dirname, '../../../../testkit/certificates')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-workers-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Returns the value of a metric by its name with labels, or 0. */
async function readMetric({ send }: WorkersServer, name: string): Promise<number> {
  const lines = (await (await send('GET', '/metrics')).text()).split('\n')
  const line = lines.find((each) => each.startsWith(`${name} `))
  return line === undefined ? 0 : Number(line.slice(name.length + 1))
}

async function listNamespaces({ send }: WorkersServer): Promise<Set<string>> {
  const names = new Set<string>()
  for (let token: string | null | undefined = ''; typeof token === 'string';) {
    const response = await send('GET', `/v1/w/namespaces?pageToken=${encodeURIComponent(token)}`)
    const page = (await response.json()) as { namespaces: string[][]; 'next-page-token'?: string | null }
    for (const name of page.namespaces.flat()) names.add(name)
    token = page['next-page-token']
  }
  return names
}

async function acceptsConnections(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

const created = 'headgate_requests_total{operation="createNamespace",status="200"}'

test('the server replaces a worker that is killed under load, loses no acknowledged change, and stops on Ctrl-C', async () => {
  await using server = await startWorkersServer(join(folder, 'killed'))
  const storage = { type: 'file', root: `file://${join(folder, 'killed', 'warehouses', 'w')}` }
  expect((await server.send('POST', '/management/v1/warehouses', { name: 'w', storage })).status).toBe(201)
  using first = new Connection(server.url)
  expect(await first.isAlive()).toBe(true)
  using second = new Connection(server.url)
  expect(await second.isAlive()).toBe(true)
  const names: string[] = []
  const written = new AbortController()
  const write = async (writer: number): Promise<void> => {
    for (let n = 0; !written.signal.aborted; n += 1) {
      const name = `n${writer}_${n}`
      // The outcome of a request is unknown when its connection is lost.
      const response = await server.send('POST', '/v1/w/namespaces', { namespace: [name] }).catch(() => null)
      if (response?.status === 200) names.push(name)
      else expect(response).toBe(null)
    }
  }
  const writers = [1, 2, 3, 4].map(write)
  await expect.poll(() => names.length).toBeGreaterThan(40)
  const before = await readMetric(server, created)
  const [killed = Number.NaN, other] = startedWorkers(server.process)
  // The primary passes a connection to the worker, which cannot accept it while it is stopped.
  process.kill(killed, 'SIGSTOP')
  const connections = Array.from({ length: 4 }, () => new Connection(server.url))
  let alive = 0
  const checks = connections.map(async (connection) => {
    if (await connection.isAlive()) alive += 1
  })
  await expect.poll(() => alive).toBeGreaterThanOrEqual(3)
  process.kill(killed, 'SIGKILL')
  await Promise.all(checks)
  for (const connection of connections) connection[Symbol.dispose]()
  // The first two connections belonged to different workers.
  expect([await first.isAlive(), await second.isAlive()].toSorted()).toEqual([false, true])
  await expect.poll(server.process.output).toContain('a worker ended and is replaced')
  using third = new Connection(server.url)
  expect(await third.isAlive()).toBe(true)
  const acknowledged = names.length
  await expect.poll(() => names.length).toBeGreaterThan(acknowledged + 20)
  await expect.poll(() => startedWorkers(server.process), { timeout: 30_000 }).toHaveLength(3)
  written.abort()
  await Promise.all(writers)
  expect(startedWorkers(server.process).slice(0, 2)).toEqual([killed, other])
  expect(server.process.output()).toMatch(/"how":"SIGKILL".*a worker ended and is replaced/)

  const kept = await listNamespaces(server)
  expect(names.filter((name) => !kept.has(name))).toEqual([])
  // The sums in the metrics still include the last known counts of the killed worker.
  expect(await readMetric(server, created)).toBeGreaterThanOrEqual(before)

  // A terminal sends SIGINT to all processes.
  const pids = startedWorkers(server.process).filter(isRunning)
  for (const pid of pids) process.kill(pid, 'SIGINT')
  using after = new Connection(server.url)
  expect(await after.isAlive()).toBe(true)
  expect(await server.process.kill('SIGINT')).toBe(0)
  expect(pids.filter(isRunning)).toEqual([])
  expect(server.process.output().match(/a worker ended and is replaced/g)).toHaveLength(1)
})

test('the metrics cover all workers, SIGTERM waits for running requests, and workers do not mix lines of the log', async () => {
  await using server = await startWorkersServer(join(folder, 'counted'))
  const lists = 'headgate_requests_total{operation="listWarehouses",status="200"}'
  const rounds = 20
  for (let n = 0; n < rounds; n += 1) {
    using connection = new Connection(server.url)
    const request = 'GET /management/v1/warehouses HTTP/1.1\r\nHost: localhost\r\n\r\n'
    connection.write(request.repeat(50))
    for (let response = 0; response < 50; response += 1) await connection.until('HTTP/1.1 200 ')
  }
  // While a worker is too busy to respond, the metrics contain its last known counts.
  await expect.poll(() => readMetric(server, lists)).toBe(rounds * 50)
  expect(await readMetric(server, lists)).toBe(rounds * 50)
  expect(await readMetric(server, 'process_start_time_seconds')).toBeGreaterThan(Date.now() / 1_000 - 60)

  using slow = new Connection(server.url)
  const body = JSON.stringify({
    name: 'w',
    storage: { type: 'file', root: `file://${folder}/counted/warehouses/w` },
  })
  const head = ['Host: localhost', 'Content-Type: application/json', `Content-Length: ${body.length}`]
  slow.write(
    `POST /management/v1/warehouses HTTP/1.1\r\n${head.join('\r\n')}\r\nExpect: 100-continue\r\n\r\n`,
  )
  expect(await slow.until('\r\n\r\n')).toContain('100 Continue')
  slow.write(body.slice(0, 20))
  const ended = server.process.kill('SIGTERM')
  await expect.poll(() => acceptsConnections(server.url)).toBe(false)
  slow.write(body.slice(20))
  expect(await slow.until('\r\n')).toMatch(/^HTTP\/1.1 201 /)
  expect(await ended).toBe(0)
  expect(startedWorkers(server.process).filter(isRunning)).toEqual([])
  await expect.poll(server.process.output).toContain('running requests are finished first')

  const log = server.process.log().map((line) => JSON.parse(line) as { readonly operation?: string })
  expect(log.filter(({ operation }) => operation === 'listWarehouses')).toHaveLength(rounds * 50)
})

test('a start that fails prints the reason once', async () => {
  const other = createServer()
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  await expect(
    startWorkersServer(join(folder, 'taken'), { HEADGATE_PORT: String(port) }, []),
  ).rejects.toThrow(
    new RegExp(`^ended with 1:\\nheadgate: Port ${port} is in use by another program\\. [^\\n]*$`),
  )
  other.close()
})

test('a server with TLS stops and names the reason when its workers cannot be replaced', async () => {
  const issuers = join(folder, 'issuers.json')
  await writeFile(issuers, '[]')
  await using server = await startWorkersServer(join(folder, 'given-up'), {
    HEADGATE_ISSUERS: issuers,
    HEADGATE_TLS_CERT_FILE: join(certificates, 'ec.crt'),
    HEADGATE_TLS_KEY_FILE: join(certificates, 'ec.key'),
  })
  using first = new Connection(server.url)
  using second = new Connection(server.url)
  expect([await first.isAlive(), await second.isAlive()]).toEqual([true, true])
  await rm(issuers)
  // The server replaces two workers at the same time, which is faster, because the pauses between attempts
  // grow.
  for (const pid of startedWorkers(server.process)) process.kill(pid, 'SIGKILL')
  expect(await server.process.ended).toBe(1)
  expect(server.process.output()).toMatch(
    /stopping: 5 consecutive starts of a worker failed\. The last reason: The file of HEADGATE_ISSUERS cannot be read/,
  )
})
