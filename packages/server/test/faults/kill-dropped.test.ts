import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readLocation } from '../iceberg/tables.ts'
import { create, createHome, done, load, tables } from './changes.ts'
import { checkLeftovers } from './check-leftovers.ts'
import { FaultFixture } from './fault-fixture.ts'

const dropped = '/management/v1/warehouses/lakehouse/dropped'

let fixture: FaultFixture
let names = 0
beforeAll(async () => {
  fixture = await FaultFixture.open()
  await createHome(fixture.server)
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** Returns the id of the dropped table with this name, or undefined. */
async function findId(name: string): Promise<string | undefined> {
  const { json } = await done(fixture.client, { method: 'GET', path: dropped })
  return (json as { dropped: { id: string; name: string }[] }).dropped.find((one) => one.name === name)?.id
}

/** Kills the server at a step of an operation on a dropped table. */
async function killedAt(step: string, action: string): Promise<{ name: string; folder: string }> {
  const name = `t_${(names += 1)}`
  const folder = fileURLToPath(readLocation(await create(fixture.client, name)))
  await done(fixture.client, { method: 'DELETE', path: `${tables}/${name}` })
  const request = randomUUID()
  const headers = { 'x-test-stop': step, 'x-request-id': request }
  const response = fixture.server.send('POST', `${dropped}/${await findId(name)}/${action}`, {}, headers)
  await fixture.server.reached(request)
  await fixture.killAndRestart()
  expect(await response).toBeNull()
  return { name, folder }
}

test('a restore whose server is killed takes effect completely or not at all', async () => {
  for (const step of ['dropped_lock:after', 'dropped_restore:after', 'commit:before']) {
    const { name } = await killedAt(step, 'restore')
    expect(await load(fixture.client, name), step).toBeNull()
    await done(fixture.client, { method: 'POST', path: `${dropped}/${await findId(name)}/restore`, body: {} })
    expect(await load(fixture.client, name), step).not.toBeNull()
  }
  const { name } = await killedAt('commit:after', 'restore')
  expect(await load(fixture.client, name)).not.toBeNull()
  expect(await findId(name)).toBeUndefined()
  await checkLeftovers(fixture.place)
}, 60_000)

test('after the server is killed during the request of a purge, the table is unchanged or the purge completes', async () => {
  for (const step of ['dropped_expire_now:after', 'dropped_start_purges:after', 'commit:before']) {
    const { name } = await killedAt(step, 'purge')
    await done(fixture.client, { method: 'POST', path: `${dropped}/${await findId(name)}/restore`, body: {} })
    expect(await load(fixture.client, name), step).not.toBeNull()
  }
  const { name, folder } = await killedAt('commit:after', 'purge')
  await expect.poll(() => findId(name), { timeout: 30_000 }).toBeUndefined()
  await expect.poll(() => existsSync(folder), { timeout: 30_000 }).toBe(false)
  await checkLeftovers(fixture.place)
}, 60_000)
