import type { FaultProxy } from '@headgate/testkit'
import { Client as Database } from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { idempotencyKey } from '../iceberg/tables.ts'
import { statement } from '../../src/store/sql.ts'
import { type Change, patient } from './attempts.ts'
import { Breaking } from './breaking-sql.ts'
import { commitToOne, createHome } from './changes.ts'
import { checkLeftovers } from './check-leftovers.ts'
import type { Client } from './fault-fixture.ts'
import { faultyStorage, type StorageFaults } from './faulty-storage.ts'
import { openServer } from './open-server.ts'
import { type ProxiedPlace, proxiedPlace } from './proxied-place.ts'
import { type TimedResponse, send } from './send.ts'

const commits = 12
const shared = 'relation_replace_together'
const timeLimit = 2_000
const unknown = { status: 500, json: { error: { type: 'CommitStateUnknownException' } } }

const keptFor = statement('fault_kept_for', 'select principal_id as id from idempotency limit 1')
const keep = `insert into idempotency (principal_id, key, operation, digest, status, expires_at) values ($1, $2, 'x', '', 200, now())`
const waitingBackends = statement(
  'fault_waiting_backends',
  `select pid from pg_stat_activity
   where datname = current_database() and wait_event_type = 'Lock' and query like '%skip locked%'`,
)
const terminate = statement('fault_terminate', 'select pg_terminate_backend($1::int)')

let place: ProxiedPlace
let proxy: FaultProxy
let server: Awaited<ReturnType<typeof openServer>>
const breaking = new Breaking()
const faults: StorageFaults = {}
const client: Client = { send: (...request) => send(server.url, ...request) }
const steady = patient(client)
let names = 0

beforeAll(async () => {
  place = await proxiedPlace()
  proxy = place.proxy
  server = await openServer({
    environment: place.proxiedEnvironment({
      HEADGATE_REQUEST_TIMEOUT_MS: String(timeLimit),
      HEADGATE_DATABASE_STATEMENT_TIMEOUT_MS: String(timeLimit / 2),
    }),
    wrapSql: (sql) => breaking.wrap(sql),
    wrapStorage: (storage) => faultyStorage(storage, faults),
  })
  await createHome(steady)
})
afterEach(() => {
  breaking.next = undefined
  delete faults.put
  proxy.faults = {}
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await place[Symbol.asyncDispose]()
})

interface Sent {
  readonly change: Change
  readonly key: string
  readonly response: Promise<TimedResponse | null>
}

/**
 * Sends commits to different tables, and delays them so that all reach their database statement at the same
 * time.
 */
async function sendTogether(before?: (keys: readonly string[]) => Promise<void>): Promise<Sent[]> {
  const changes: Change[] = []
  for (let n = 0; n < commits; n += 1) changes.push(await commitToOne(steady, `t_${(names += 1)}`))
  const keys = changes.map(idempotencyKey)
  await before?.(keys)
  const { promise: all, resolve } = Promise.withResolvers<void>()
  let written = 0
  faults.put = async (write) => {
    const result = await write()
    written += 1
    if (written === commits) resolve()
    await all
    return result
  }
  return changes.map((change, index) => {
    const key = keys[index] ?? ''
    const { method, path, body } = change.request
    return { change, key, response: client.send(method, path, body, { 'idempotency-key': key }) }
  })
}

/**
 * Checks that each commit with status 200 took effect. `unanswered` is the expected effect of all other
 * commits: took effect, no effect, or (null) either.
 */
async function check(sent: readonly Sent[], unanswered: boolean | null): Promise<TimedResponse[]> {
  const responses: TimedResponse[] = []
  const open: TimedResponse[] = []
  for (const { response, change } of sent) {
    const answered = await response
    if (answered === null) throw new Error('no answer')
    responses.push(answered)
    if (answered.status === 200) {
      await expect.poll(() => change.look()).toBe(true)
      continue
    }
    open.push(answered)
    if (unanswered !== null) expect(await change.look()).toBe(unanswered)
  }
  expect(breaking.next, 'some of them shared a statement').toBeUndefined()
  await Promise.all(
    sent.map(async ({ change, key }) => {
      const { method, path, body } = change.request
      const again = await steady.send(method, path, body, { 'idempotency-key': key })
      expect(again?.status, JSON.stringify(again?.json)).toBe(200)
      expect(await change.look()).toBe(true)
      await change.goOn()
    }),
  )
  await checkLeftovers(place)
  return open
}

test('commits whose shared statement does not reach the database have an unknown outcome and no effect', async () => {
  breaking.next = { what: shared, act: place.breakWith({ resetAfterSent: 1 }) }
  const open = await check(await sendTogether(), false)
  expect(open.length).toBeGreaterThan(1)
  for (const response of open) expect(response).toMatchObject(unknown)
})

test("commits take effect when the database's response to their shared statement is lost, and none results in 409", async () => {
  breaking.next = { what: shared, act: place.breakWith({ resetAfterReceived: 1 }) }
  // After the lost response, the server reads the table of each commit and may find that the commit took
  // effect.
  for (const response of await check(await sendTogether(), true)) expect(response).toMatchObject(unknown)
})

test('commits whose shared statement hangs have an unknown outcome within the time limit, and repeated requests find the commits', async () => {
  breaking.next = { what: shared, act: place.breakWith({ hang: true }) }
  const sent = await sendTogether()
  const responses = await Promise.all(sent.map(({ response }) => response))
  proxy.faults = {}
  const open = await check(sent, null)
  expect(open.length).toBeGreaterThan(1)
  for (const response of open) expect(response).toMatchObject(unknown)
  for (const response of responses) expect(response?.took).toBeLessThan(timeLimit * 2)
})

/** Blocks a shared statement in the database by a lock on the row of one of its tables. */
async function halted(act: (sent: readonly Sent[]) => Promise<void>): Promise<readonly Sent[]> {
  const blocker = new Database({ connectionString: place.databaseUrl })
  await blocker.connect()
  try {
    const [principal] = await place.sql.run<{ id: string }>(keptFor)
    breaking.next = { what: shared, act: () => () => undefined }
    const sent = await sendTogether(async (keys) => {
      await blocker.query('begin')
      for (const key of keys.slice(4)) await blocker.query(keep, [principal?.id, key])
    })
    await act(sent)
    await blocker.query('rollback')
    return sent
  } finally {
    await blocker.end()
  }
}

test('commits whose shared statement is cancelled by the database have an unknown outcome and no effect', async () => {
  const sent = await halted(async () => {
    const pids = async (): Promise<{ pid: number }[]> => place.sql.run<{ pid: number }>(waitingBackends)
    await expect.poll(async () => (await pids()).length).toBeGreaterThan(0)
    for (const { pid } of await pids()) await place.sql.run(terminate, [pid])
  })
  for (const response of await check(sent, false)) expect(response).toMatchObject(unknown)
})

test('commits whose shared statement takes too long result in 503 or an unknown outcome, never in a refusal or a partial effect', async () => {
  const sent = await halted(async (all) => {
    await Promise.all(all.map(({ response }) => response))
  })
  for (const response of await check(sent, false)) expect(response.status).toBeOneOf([500, 503])
})
