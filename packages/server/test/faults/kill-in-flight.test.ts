import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultProxy } from '@headgate/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Attempt, hold, repeat } from './attempts.ts'
import {
  commitOfStaged,
  commitToOne,
  createAnywhere,
  createHome,
  drop,
  rename,
  transaction,
} from './changes.ts'
import { checkLeftovers } from './check-leftovers.ts'
import { everythingIn } from './everything.ts'
import { type ProxiedPlace, proxiedPlace } from './proxied-place.ts'
import { ServerProcess } from './server-process.ts'

/** Attempts whose statement or COMMIT is in transit to the database when the server is killed. */
const single: readonly Attempt[] = [
  { step: 'relation_replace:before', survives: false, prepare: commitToOne },
  { step: 'relation_insert:before', survives: false, prepare: createAnywhere },
  { step: 'relation_rename:before', survives: false, prepare: rename },
  { step: 'relation_drop:before', survives: false, prepare: drop('') },
]
const many: readonly Attempt[] = [{ step: 'commit:before', survives: false, prepare: transaction }]
const staged: readonly Attempt[] = [
  { step: 'relation_insert:before', survives: false, prepare: commitOfStaged },
]

let place: ProxiedPlace
let proxy: FaultProxy
/** Server that connects to the database without the proxy. */
let other: ServerProcess
beforeAll(async () => {
  place = await proxiedPlace()
  proxy = place.proxy
  other = new ServerProcess()
  await other.open(place.environment())
  await createHome(other)
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await place[Symbol.asyncDispose]()
})

/**
 * Kills a server while the statements of these attempts are in transit to the database: the proxy holds them.
 */
async function killInFlight(name: string, attempts: readonly Attempt[]): ReturnType<typeof hold> {
  await using server = new ServerProcess()
  await server.open(place.proxiedEnvironment())
  // Opens one connection for each attempt now, because the proxy does not accept connections while it hangs.
  proxy.faults = { latency: 20 }
  await Promise.all(Array.from({ length: 12 }, () => server.send('GET', 'namespaces/k/tables')))
  proxy.faults = {}
  const held = await hold(server, other, name, attempts)
  proxy.faults = { hang: true }
  for (const { id } of held) server.release(id)
  await expect.poll(() => proxy.held).toBeGreaterThanOrEqual(held.length)
  // Other statements of the server also count as held, so the last attempt may need more time.
  await sleep(200)
  await server.kill()
  for (const { response, label, change } of held) {
    expect(await response, label).toBe(null)
    expect(await change.look(), `${label}: has no effect yet`).toBe(false)
  }
  return held
}

test('a change that reaches the database after its server was killed takes effect completely, and only once when it is repeated', async () => {
  const held = await killInFlight('late', [...single, ...many])
  proxy.faults = {}
  for (const { change, label } of held) {
    await expect.poll(() => change.look(), { message: label }).toBe(true)
  }
  await Promise.all(held.map((one) => repeat(other, one)))
  await checkLeftovers(place)
})

test('a change that is lost in transit to the database has no effect, and takes effect when it is repeated', async () => {
  const held = await killInFlight('lost', [...single, ...staged])
  proxy.resetAll()
  proxy.faults = {}
  await sleep(200)
  for (const { change, label } of held) expect(await change.look(), label).toBe(false)
  await Promise.all(held.map((one) => repeat(other, one)))
  await checkLeftovers(place)
})

test('a change that reaches the database after its repetition has no further effect', async () => {
  const held = await killInFlight('overtaken', single)
  await Promise.all(held.map((one) => repeat(other, one)))
  const before = await everythingIn(place)
  proxy.faults = {}
  await sleep(300)
  expect(await everythingIn(place)).toEqual(before)
  await checkLeftovers(place)
})
