import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultProxy } from '@headgate/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { idempotencyKey } from '../iceberg/test-tables.ts'
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
import type { Client } from './fault-lake.ts'
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
import { type Answered, send } from './send.ts'

/** Each change with the statement that makes it, or the one before the COMMIT that does. */
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
/** As it is answered, and sent again until it is served. */
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

/** Makes a change while something happens to the connection, and says what was answered and what became of it. */
async function broken(
  prepare: Prepare,
  what: string,
  act: () => () => void,
): Promise<{ answer: Answered; there: boolean; again(): Promise<void> }> {
  const change = await prepare(steady, `t_${(names += 1)}`)
  const { method, path, body } = change.request
  const key = { 'idempotency-key': idempotencyKey() }
  breaking.next = { what, act }
  const isToCome = (): boolean => breaking.next !== undefined
  let answer = await client.send(method, path, body, key)
  // A busy machine may have taken all of the time for the way to the step.
  while (answer?.status === 503 && isToCome()) answer = await client.send(method, path, body, key)
  expect(breaking.next, 'it came to its step').toBeUndefined()
  if (answer === null) throw new Error('no answer')
  await working()
  return {
    answer,
    there: await change.look(),
    async again() {
      expect((await steady.send(method, path, body, key))?.status).toBeOneOf([200, 204])
      expect(await change.look()).toBe(true)
      await change.goOn()
      await checkLeftovers(place)
    },
  }
}

/** Waits until the store answers: connections that were cut are found out one by one. */
async function working(): Promise<void> {
  await expect.poll(async () => (await client.send('GET', 'namespaces/k/tables'))?.status).toBe(200)
}

describe.each(single)('a %s', (_, prepare, statement) => {
  test('that does not get to the database is unknown, did not happen, and can be sent again', async () => {
    const { answer, there, again } = await broken(prepare, statement, place.breakWith({ resetAfterSent: 1 }))
    expect(answer).toMatchObject(unknown)
    expect(there).toBe(false)
    await again()
  })

  test('whose answer is lost on the way back has happened, and is never a 409', async () => {
    const { answer, there, again } = await broken(
      prepare,
      statement,
      place.breakWith({ resetAfterReceived: 1 }),
    )
    // A commit looks where its table stands, and then knows.
    if (answer.status !== 200) expect(answer).toMatchObject(unknown)
    else expect(statement).toBe('relation_replace')
    expect(there).toBe(true)
    await again()
  })
})

describe.each(many)('a %s', (_, prepare) => {
  test('whose COMMIT does not get to the database is unknown, did not happen, and can be sent again', async () => {
    const { answer, there, again } = await broken(prepare, 'COMMIT', place.breakWith({ resetAfterSent: 1 }))
    expect(answer).toMatchObject(unknown)
    expect(there).toBe(false)
    await again()
  })

  test('whose COMMIT is answered into the void has happened, and is never a 409', async () => {
    const { answer, there, again } = await broken(
      prepare,
      'COMMIT',
      place.breakWith({ resetAfterReceived: 1 }),
    )
    expect(answer).toMatchObject(unknown)
    expect(there).toBe(true)
    await again()
  })
})

test('a commit whose table can be looked at after its answer was lost is 200', async () => {
  const { answer, there } = await broken(
    commitToOne,
    'relation_replace',
    place.breakWith({ resetAfterReceived: 1 }),
  )
  expect(answer.status).toBe(200)
  expect(there).toBe(true)
})

test('a commit that hangs in the database is unknown in time, and found when it is sent again', async () => {
  const { answer, again } = await broken(
    commitToOne,
    'relation_replace',
    place.breakWith({ hang: true }),
  ).finally(() => {
    proxy.faults = {}
  })
  expect(answer).toMatchObject(unknown)
  expect(answer.took).toBeLessThan(timeLimit * 2)
  await again()
})

test('while the database refuses or hangs, everything is 503 in time and nothing happens; then all is well', async () => {
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
    const answers = await Promise.all([
      ...changes.map(({ change: { request }, key }) =>
        client.send(request.method, request.path, request.body, key),
      ),
      client.send('GET', 'namespaces/k/tables'),
      client.send('GET', '/health/ready'),
    ])
    proxy.faults = {}
    proxy.resetAll()
    expect(live?.status).toBe(200)
    const ready = answers.pop()
    expect(ready).toMatchObject({ status: 503, json: { checks: { database: 'failing', storage: 'ok' } } })
    for (const answer of answers) {
      expect(answer).toMatchObject(unavailable)
      expect(Number(answer?.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(answer?.took).toBeLessThan(timeLimit * 2)
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
