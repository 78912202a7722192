import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultProxy } from '@headgate/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Attempt, hold, repeat } from './attempts.ts'
import { commitToOne, createHome } from './changes.ts'
import { checkLeftovers } from './check-leftovers.ts'
import { everythingIn } from './everything.ts'
import { type ProxiedPlace, proxiedPlace } from './proxied-place.ts'
import { ServerProcess } from './server-process.ts'

type Held = Awaited<ReturnType<typeof hold>>

const commits = 12
const shared = 'relation_replace_together'

let place: ProxiedPlace
let proxy: FaultProxy
/** A server with a direct connection to the database. */
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
 * Sends commits to different tables, most of which share one database statement. Kills the server before the
 * statement is sent, while it is in transit, or after the database has answered it. The first commits have
 * separate statements.
 *
 * @returns the acknowledged commits, and the commits without a response
 */
async function killTogether(
  name: string,
  where: 'before' | 'on its way' | 'after',
): Promise<{ answered: Held; open: Held }> {
  await using server = new ServerProcess()
  await server.open(place.proxiedEnvironment())
  const step = `${shared}:${where === 'after' ? 'after' : 'before'}`
  const attempt: Attempt = { step: `put:after, ${step}`, survives: where !== 'before', prepare: commitToOne }
  const held = await hold(
    server,
    other,
    name,
    Array.from({ length: commits }, () => attempt),
  )
  let completed = 0
  for (const { response } of held) void response.then(() => (completed += 1))
  // The metadata files of all commits are written. The commits now reach their statement at the same time.
  for (const { id } of held) server.release(id)
  const leading = (): Held => held.filter(({ id }) => server.stood(id) === 2)
  await expect.poll(() => leading().length).toBeGreaterThan(0)
  // Commits with separate statements get responses, and late commits share another statement.
  for (let before = -1; before !== completed;) {
    before = completed
    await sleep(500)
  }
  if (where === 'on its way') {
    proxy.faults = { hang: true }
    const before = proxy.held
    const leaders = leading()
    for (const { id } of leaders) server.release(id)
    await expect.poll(() => proxy.held).toBeGreaterThanOrEqual(before + leaders.length)
    await sleep(200)
  }
  await server.kill()
  const responses = await Promise.all(held.map(({ response }) => response))
  for (const response of responses) expect(response?.status).toBeOneOf([200, undefined])
  const answered = held.filter((_, index) => responses[index] !== null)
  const open = held.filter((_, index) => responses[index] === null)
  expect(open.length, 'shared').toBeGreaterThan(leading().length)
  await expectThere(answered, true)
  await expectThere(open, where === 'after')
  return { answered, open }
}

async function expectThere(held: Held, is: boolean): Promise<void> {
  for (const { change, label } of held) expect(await change.look(), label).toBe(is)
}

async function repeatAll({ answered, open }: { answered: Held; open: Held }): Promise<void> {
  await Promise.all([...answered, ...open].map((one) => repeat(other, one)))
  await checkLeftovers(place)
}

test.each(['before', 'after'] as const)(
  'commits take effect completely or not at all when the server is killed %s their shared statement, and only once when they are repeated',
  async (where) => {
    await repeatAll(await killTogether(where, where))
  },
)

test('all commits of a shared statement take effect when the statement reaches the database after its server was killed', async () => {
  const killed = await killTogether('late', 'on its way')
  proxy.faults = {}
  for (const { change, label } of killed.open)
    await expect.poll(() => change.look(), { message: label }).toBe(true)
  await repeatAll(killed)
})

test('no commit of a shared statement takes effect when the statement is lost in transit', async () => {
  const killed = await killTogether('lost', 'on its way')
  proxy.resetAll()
  proxy.faults = {}
  await sleep(200)
  await expectThere(killed.open, false)
  await repeatAll(killed)
})

test('when a shared statement reaches the database after some of its commits were repeated, only the other commits take effect', async () => {
  const killed = await killTogether('overtaken', 'on its way')
  const some = killed.open.slice(1)
  const rest = killed.open.slice(0, 1)
  await Promise.all(some.map((one) => repeat(other, one)))
  const before = await everythingIn(place)
  proxy.faults = {}
  for (const { change } of rest) await expect.poll(() => change.look()).toBe(true)
  const changed = new Set(
    (await everythingIn(place)).filter((row) => !before.includes(row)).map((row) => JSON.parse(row).name),
  )
  expect(changed.size).toBe(rest.length)
  await repeatAll({ answered: killed.answered, open: rest })
})
