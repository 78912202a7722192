import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readLocation } from '../iceberg/tables.ts'
import { create, createHome, done, load, tables } from './changes.ts'
import { checkLeftovers } from './check-leftovers.ts'
import { FaultLake } from './fault-lake.ts'

const dropped = '/management/v1/warehouses/lakehouse/dropped'

let lake: FaultLake
let names = 0
beforeAll(async () => {
  lake = await FaultLake.open()
  await createHome(lake.server)
})
afterAll(() => lake[Symbol.asyncDispose]())

/** Returns its id among the dropped tables, or undefined. */
async function idOf(name: string): Promise<string | undefined> {
  const { json } = await done(lake.client, { method: 'GET', path: dropped })
  return (json as { dropped: { id: string; name: string }[] }).dropped.find((one) => one.name === name)?.id
}

/** Kills the server at a step of an operation on a dropped table. */
async function killedAt(step: string, action: string): Promise<{ name: string; folder: string }> {
  const name = `t_${(names += 1)}`
  const folder = fileURLToPath(readLocation(await create(lake.client, name)))
  await done(lake.client, { method: 'DELETE', path: `${tables}/${name}` })
  const request = randomUUID()
  const headers = { 'x-test-stop': step, 'x-request-id': request }
  const answer = lake.server.send('POST', `${dropped}/${await idOf(name)}/${action}`, {}, headers)
  await lake.server.reached(request)
  await lake.killAndRestart()
  expect(await answer).toBeNull()
  return { name, folder }
}

test('a restore that is killed takes effect completely or not at all', async () => {
  for (const step of ['dropped_lock:after', 'dropped_restore:after', 'commit:before']) {
    const { name } = await killedAt(step, 'restore')
    expect(await load(lake.client, name), step).toBeNull()
    await done(lake.client, { method: 'POST', path: `${dropped}/${await idOf(name)}/restore`, body: {} })
    expect(await load(lake.client, name), step).not.toBeNull()
  }
  const { name } = await killedAt('commit:after', 'restore')
  expect(await load(lake.client, name)).not.toBeNull()
  expect(await idOf(name)).toBeUndefined()
  await checkLeftovers(lake.place)
}, 60_000)

test('a requested purge that is killed leaves the table unchanged, or continues to its end', async () => {
  for (const step of ['dropped_expire_now:after', 'dropped_start_purges:after', 'commit:before']) {
    const { name } = await killedAt(step, 'purge')
    await done(lake.client, { method: 'POST', path: `${dropped}/${await idOf(name)}/restore`, body: {} })
    expect(await load(lake.client, name), step).not.toBeNull()
  }
  const { name, folder } = await killedAt('commit:after', 'purge')
  await expect.poll(() => idOf(name), { timeout: 30_000 }).toBeUndefined()
  await expect.poll(() => existsSync(folder), { timeout: 30_000 }).toBe(false)
  await checkLeftovers(lake.place)
}, 60_000)
