import { randomBytes, randomUUID } from 'node:crypto'
import type { Json } from '@headgate/json'
import { expect, test } from 'vitest'
import { masterKeyFrom } from '../../src/keys/master-key.ts'
import { isSealedBy } from '../../src/keys/master-seal.ts'
import { readKeys } from '../../src/store/key-ring.ts'
import { type FaultPlace, faultPlace } from './fault-fixture.ts'
import { ServerProcess } from './server-process.ts'
import type { TimedResponse } from './send.ts'

/** Sends a request to a new server, and kills the server when the request reaches the step. */
async function killedAt(
  environment: Readonly<Record<string, string>>,
  step: string,
  path: string,
  body?: Json,
): Promise<void> {
  await using server = new ServerProcess()
  await server.open(environment)
  const request = randomUUID()
  const response = server.send('POST', `/management/v1/${path}`, body, {
    'x-test-stop': step,
    'x-request-id': request,
  })
  await server.reached(request)
  await server.kill()
  expect(await response).toBeNull()
}

async function ask(
  environment: Readonly<Record<string, string>>,
  work: (send: (method: string, path: string, body?: Json) => Promise<TimedResponse>) => Promise<void>,
): Promise<void> {
  await using server = new ServerProcess()
  await server.open(environment)
  await work(async (method, path, body) => {
    const response = await server.send(method, `/management/v1/${path}`, body)
    if (response === null) throw new Error('no answer')
    return response
  })
}

const purposes = ['console-session', 'page-token', 's3-session', 'session-token', 'storage-refresh']

test('a reseal of the key ring that is killed at any key is completed by the next reseal, and every secret remains readable', async () => {
  await using place = await faultPlace()
  const [old, young] = [randomBytes(32), randomBytes(32)]
  const by = (key: Buffer, previous?: Buffer): Readonly<Record<string, string>> =>
    place.environment({
      HEADGATE_MASTER_KEY: key.toString('hex'),
      ...(previous === undefined ? {} : { HEADGATE_MASTER_KEY_PREVIOUS: previous.toString('hex') }),
    })
  await ask(by(old), async (send) => expect((await send('GET', 'keys')).status).toBe(200))
  const countResealed = async (): Promise<number> =>
    (await readKeys(place.sql)).filter(({ sealed }) => isSealedBy(masterKeyFrom(young), sealed)).length

  await killedAt(by(young, old), 'key-ring-reseal:before', 'keys/reseal')
  expect(await countResealed()).toBe(0)
  await killedAt(by(young, old), 'key-ring-reseal:after#2', 'keys/reseal')
  expect(await countResealed()).toBe(2)
  // After this kill every key is resealed. Only the audit event of the reseal is missing.
  await killedAt(by(young, old), 'key-ring-reseal:after#3', 'keys/reseal')
  expect(await countResealed()).toBe(5)
  await ask(by(young, old), async (send) => {
    expect(await send('POST', 'keys/reseal')).toMatchObject({
      status: 200,
      json: { keys: { done: 0, before: 5, unreadable: [] } },
    })
  })
  await ask(by(young), async (send) => expect((await send('GET', 'keys')).status).toBe(200))
}, 60_000)

test('a key rotation whose server is killed adds and promotes each key completely or not at all', async () => {
  await using place = await faultPlace()
  const environment = place.environment()
  const states = async (): Promise<string[]> =>
    (await readKeys(place.sql))
      .filter(({ purpose }) => purpose === 's3-session')
      .map(({ state }) => state)
      .toSorted()
  await killedAt(environment, 'commit:before', 'keys', { purpose: 's3-session' })
  expect(await states()).toEqual(['active'])
  await killedAt(environment, 'answer', 'keys', { purpose: 's3-session' })
  expect(await states()).toEqual(['active', 'added'])
  const path = `keys/${await addedKey(place)}/promote`
  await killedAt(environment, 'commit:before', path, { forceNow: true })
  expect(await states()).toEqual(['active', 'added'])
  await killedAt(environment, 'answer', path, { forceNow: true })
  expect(await states()).toEqual(['active', 'retired'])
  const keys = await readKeys(place.sql)
  expect(
    keys
      .filter(({ state }) => state === 'active')
      .map(({ purpose }) => purpose)
      .toSorted(),
  ).toEqual(purposes)
}, 60_000)

async function addedKey(place: FaultPlace): Promise<string> {
  return (await readKeys(place.sql)).find(({ state }) => state === 'added')?.id ?? 'none'
}
