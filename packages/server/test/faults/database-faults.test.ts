import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultProxy } from '@headgate/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { idempotencyKey } from '../iceberg/tables.ts'
import { patient, type Prepare } from './attempts.ts'
import { Breaking } from './breaking-sql.ts'
import {
  commitOfStaged,
  commitToOne,
  createAnywhere,
  createHome,
  drop,
  rename,
  stage,
  transaction,
} from './changes.ts'
import { checkLeftovers } from './check-leftovers.ts'
import type { Client } from './fault-fixture.ts'
import {
  changeNamespace,
  commitToView,
  createNamespace,
  dropNamespace,
  register,
  registerOver,
  restore,
  unregister,
} from './more-changes.ts'
import { openServer } from './open-server.ts'
import { type ProxiedPlace, proxiedPlace } from './proxied-place.ts'
import { type TimedResponse, send } from './send.ts'

/** Kinds of changes, how to prepare each, and the statement that makes the change. */
const single: readonly (readonly [string, Prepare, string])[] = [
  ['commit', commitToOne, 'relation_replace'],
  ['create', createAnywhere, 'relation_insert'],
  ['commit of a staged create', commitOfStaged, 'relation_insert'],
  ['rename', rename, 'relation_rename'],
  ['drop', drop(''), 'relation_drop'],
  ['staged create', stage(() => place.sql, false), 'staged_insert'],
  ['unregister', unregister, 'relation_delete'],
  ['commit to a view', commitToView, 'relation_replace'],
  ['create of a namespace', createNamespace, 'namespace_insert'],
  ['change of a namespace', changeNamespace, 'namespace_properties'],
  ['drop of a namespace', dropNamespace, 'namespace_delete'],
]
const many: readonly (readonly [string, Prepare])[] = [
  ['transaction', transaction],
  ['register', register],
  ['register of a dropped table', restore],
  ['register over a table', registerOver],
]
const timeLimit = 2_000
const unknown = { status: 500, json: { error: { type: 'CommitStateUnknownException' } } }
const unavailable = { status: 503, json: { error: { type: 'ServiceUnavailableException' } } }

let place: ProxiedPlace
let proxy: FaultProxy
let server: Awaited<ReturnType<typeof openServer>>
/** Client that repeats requests until they are served. */
let client: Client
let steady: Client
let names = 0
const breaking = new Breaking()

beforeAll(async () => {
  place = await proxiedPlace()
  proxy = place.proxy
  server = await openServer({
    environment: place.proxiedEnvironment({
      HEADGATE_REQUEST_TIMEOUT_MS: String(timeLimit),
      HEADGATE_DATABASE_STATEMENT_TIMEOUT_MS: String(timeLimit),
    }),
    wrapSql: (sql) => breaking.wrap(sql),
  })
  client = { send: (...request) => send(server.url, ...request) }
  steady = patient(client)
  await createHome(steady)
})
afterEach(() => {
  breaking.next = undefined
  proxy.faults = {}
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await place[Symbol.asyncDispose]()
})

/** Makes a change while the connection fails. Returns the response and the effect of the change. */
async function broken(
  prepare: Prepare,
  what: string,
  act: () => () => void,
): Promise<{ response: TimedResponse; there: boolean; again(): Promise<void> }> {
  const change = await prepare(steady, `t_${(names += 1)}`)
  const { method, path, body } = change.request
  const key = { 'idempotency-key': idempotencyKey() }
  breaking.next = { what, act }
  const isToCome = (): boolean => breaking.next !== undefined
  let response = await client.send(method, path, body, key)
  // On a busy machine the request may exceed its time limit before it reaches the statement that fails.
  while (response?.status === 503 && isToCome()) response = await client.send(method, path, body, key)
  expect(breaking.next, 'it came to its step').toBeUndefined()
  if (response === null) throw new Error('no answer')
  await working()
  return {
    response,
    there: await change.look(),
    async again() {
      expect((await steady.send(method, path, body, key))?.status).toBeOneOf([200, 204])
      expect(await change.look()).toBe(true)
      await change.goOn()
      await checkLeftovers(place)
    },
  }
}

/** Waits until the store responds again, because each broken connection is detected separately. */
async function working(): Promise<void> {
  await expect.poll(async () => (await client.send('GET', 'namespaces/k/tables'))?.status).toBe(200)
}

describe.each(single)('a %s', (_, prepare, statement) => {
  test('a commit or other change whose statement does not reach the database has an unknown outcome and no effect, and can be repeated', async () => {
    const { response, there, again } = await broken(
      prepare,
      statement,
      place.breakWith({ resetAfterSent: 1 }),
    )
    expect(response).toMatchObject(unknown)
    expect(there).toBe(false)
    await again()
  })

  test("a change takes effect when the database's response to its statement is lost, and never results in 409", async () => {
    const { response, there, again } = await broken(
      prepare,
      statement,
      place.breakWith({ resetAfterReceived: 1 }),
    )
    // After a lost response to a commit, the server reads the table and may find that the commit took effect.
    if (response.status !== 200) expect(response).toMatchObject(unknown)
    else expect(statement).toBe('relation_replace')
    expect(there).toBe(true)
    await again()
  })
})

describe.each(many)('a %s', (_, prepare) => {
  test('a change whose COMMIT does not reach the database has an unknown outcome and no effect, and can be repeated', async () => {
    const { response, there, again } = await broken(prepare, 'COMMIT', place.breakWith({ resetAfterSent: 1 }))
    expect(response).toMatchObject(unknown)
    expect(there).toBe(false)
    await again()
  })

  test("a change takes effect when the database's response to its COMMIT is lost, and never results in 409", async () => {
    const { response, there, again } = await broken(
      prepare,
      'COMMIT',
      place.breakWith({ resetAfterReceived: 1 }),
    )
    expect(response).toMatchObject(unknown)
    expect(there).toBe(true)
    await again()
  })
})

test("a commit results in 200 when the database's response is lost but the server can read the table afterwards", async () => {
  const { response, there } = await broken(
    commitToOne,
    'relation_replace',
    place.breakWith({ resetAfterReceived: 1 }),
  )
  expect(response.status).toBe(200)
  expect(there).toBe(true)
})

test('a commit that hangs in the database results in an unknown outcome within the time limit, and a repeated request finds the commit', async () => {
  const { response, again } = await broken(
    commitToOne,
    'relation_replace',
    place.breakWith({ hang: true }),
  ).finally(() => {
    proxy.faults = {}
  })
  expect(response).toMatchObject(unknown)
  expect(response.took).toBeLessThan(timeLimit * 2)
  await again()
})

test('all requests result in 503 within the time limit, without effect, while the database refuses connections or hangs', async () => {
  for (const faults of [{ refuse: true }, { hang: true }]) {
    const changes = await Promise.all(
      [...single, ...many].map(async ([name, prepare]) => {
        const change = await prepare(steady, `t_${(names += 1)}`)
        return { name, change, key: { 'idempotency-key': idempotencyKey() } }
      }),
    )
    proxy.faults = faults
    if (faults.refuse === true) proxy.resetAll()
    const live = await client.send('GET', '/health/live')
    const responses = await Promise.all([
      ...changes.map(({ change: { request }, key }) =>
        client.send(request.method, request.path, request.body, key),
      ),
      client.send('GET', 'namespaces/k/tables'),
      client.send('GET', '/health/ready'),
    ])
    proxy.faults = {}
    proxy.resetAll()
    expect(live?.status).toBe(200)
    const ready = responses.pop()
    expect(ready).toMatchObject({ status: 503, json: { checks: { database: 'failing', storage: 'ok' } } })
    for (const response of responses) {
      expect(response).toMatchObject(unavailable)
      expect(Number(response?.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(response?.took).toBeLessThan(timeLimit * 2)
    }
    await working()
    expect((await client.send('GET', '/health/ready'))?.status).toBe(200)
    for (const { name, change, key } of changes) {
      expect(await change.look(), name).toBe(false)
      const { method, path, body } = change.request
      expect((await steady.send(method, path, body, key))?.status, name).toBeOneOf([200, 204])
      expect(await change.look(), name).toBe(true)
      await change.goOn()
    }
  }
  await sleep(50)
  await checkLeftovers(place)
})
