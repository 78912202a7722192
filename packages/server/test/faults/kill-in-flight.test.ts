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

/** The statement, or the COMMIT, that makes each change is on its way when the server dies. */
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
/** Has nothing between itself and the database. */
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

/** Kills a server while what these attempts sent to the database is somewhere between the two. */
async function killInFlight(name: string, attempts: readonly Attempt[]): ReturnType<typeof hold> {
  await using server = new ServerProcess()
  await server.open(place.proxiedEnvironment())
  // A connection for each of them: a new one could not be made later on.
  proxy.faults = { latency: 20 }
  await Promise.all(Array.from({ length: 12 }, () => server.send('GET', 'namespaces/k/tables')))
  proxy.faults = {}
  const held = await hold(server, other, name, attempts)
  proxy.faults = { hang: true }
  for (const { id } of held) server.release(id)
  await expect.poll(() => proxy.held).toBeGreaterThanOrEqual(held.length)
  // It may have something else to ask, which counts as well.
  await sleep(200)
  await server.kill()
  for (const { answer, label, change } of held) {
    expect(await answer, label).toBe(null)
    expect(await change.look(), `${label}: not there yet`).toBe(false)
  }
  return held
}

test('a change that arrives when its server is dead already happens whole, and once when it is sent again', async () => {
  const held = await killInFlight('late', [...single, ...many])
  proxy.faults = {}
  for (const { change, label } of held) {
    await expect.poll(() => change.look(), { message: label }).toBe(true)
  }
  await Promise.all(held.map((one) => repeat(other, one)))
  await checkLeftovers(place)
})

test('a change that is lost on the way never happens, and does when it is sent again', async () => {
  const held = await killInFlight('lost', [...single, ...staged])
  proxy.resetAll()
  proxy.faults = {}
  await sleep(200)
  for (const { change, label } of held) expect(await change.look(), label).toBe(false)
  await Promise.all(held.map((one) => repeat(other, one)))
  await checkLeftovers(place)
})

test('a change that arrives after its repetition happens no second time', async () => {
  const held = await killInFlight('overtaken', single)
  await Promise.all(held.map((one) => repeat(other, one)))
  const before = await everythingIn(place)
  proxy.faults = {}
  await sleep(300)
  expect(await everythingIn(place)).toEqual(before)
  await checkLeftovers(place)
})
