import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readLocation, readMetadata, objectAt, schema } from '../iceberg/tables.ts'
import { statement } from '../../src/store/sql.ts'
import { type Send, type TestResponse, type TestCaller, type TestServer, testServer } from '../server.ts'

const races = 100
const dropped = '/management/v1/warehouses/lakehouse/dropped'

let server: TestServer
let replica: Send
let ann: TestCaller
let mallory: TestCaller
beforeAll(async () => {
  server = await testServer()
  replica = await server.replica()
  ann = await server.caller('ann')
  mallory = await server.caller('mallory')
  for (const to of [ann, mallory])
    await server.grant({ privilege: 'create', on: { kind: 'warehouse', id: server.warehouseId }, to })
})
afterAll(() => server[Symbol.asyncDispose]())

const idByUuid = statement('test_relation_id', 'select id from relation where uuid = $1')
const whereIs = statement(
  'test_where_is',
  `select n.path as "in", n.owner_id as owner from relation r left join namespace n on n.id = r.namespace_id where r.id = $1`,
)

/** Deletes the namespace as ann, and creates a namespace with the same path as mallory. */
async function recreate(path: string): Promise<readonly [deleted: TestResponse, made: TestResponse]> {
  const deleted = await ann.send('DELETE', `namespaces/${path}`)
  return [deleted, await mallory.send('POST', 'namespaces', { namespace: [path] })]
}

test('A restore that races with a recreation of its namespace never puts the table into the other namespace', async () => {
  const counts = { restored: 0, recreated: 0 }
  for (let turn = 0; turn < races; turn += 1) {
    const path = `n${turn}`
    await ann.send('POST', 'namespaces', { namespace: [path] })
    const created = await ann.send('POST', `namespaces/${path}/tables`, { name: 't', schema })
    const [{ id } = { id: '' }] = await server.sql.run<{ id: string }>(idByUuid, [
      readMetadata(created)['table-uuid'],
    ])
    const began = performance.now()
    expect((await ann.send('DELETE', `namespaces/${path}/tables/t`)).status).toBe(204)
    // The pauses are proportional to the duration of a request on this machine, so that sometimes the restore
    // is first and sometimes the recreation.
    const tookMs = performance.now() - began

    const restore = `${dropped}/${id}/restore`
    const sender = turn % 2 === 0 ? server.send : replica
    const [restored, [deleted, made], stolen] = await Promise.all([
      sleep((Math.random() * tookMs) / 2).then(() => sender('POST', restore, {})),
      sleep(Math.random() * tookMs * 4).then(() => recreate(path)),
      sleep(Math.random() * tookMs * 4).then(() => mallory.send('POST', restore, { namespace: [path] })),
    ])

    expect([403, 404], `${turn}`).toContain(stolen.status)
    const [{ in: at, owner } = {}] = await server.sql.run<{ in: string | null; owner: string | null }>(
      whereIs,
      [id],
    )
    if (restored.status === 200) {
      expect([deleted.status, made.status], `${turn}`).toEqual([409, 409])
      expect([at, owner], `${turn}`).toEqual([path, ann.id])
      const loaded = await ann.send('GET', `namespaces/${path}/tables/t`)
      expect(readLocation(loaded)).toBe(readLocation(created))
      counts.restored += 1
    } else {
      expect([404, 409], `${turn}`).toContain(restored.status)
      expect([deleted.status, made.status], `${turn}`).toEqual([204, 200])
      expect([at, owner], `${turn}`).toEqual([null, null])
      const listed = await mallory.send('GET', `namespaces/${path}/tables`)
      expect(objectAt(listed.json)['identifiers']).toEqual([])
      // The dropped table still exists: its owner can restore it by naming the namespace.
      const body = { namespace: [path], name: 'again' }
      expect((await ann.send('POST', restore, body)).status, `${turn}`).toBe(200)
      counts.recreated += 1
    }
  }
  expect(counts.restored).toBeGreaterThan(0)
  expect(counts.recreated).toBeGreaterThan(0)
}, 60_000)
