import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import type { Json, JsonObject } from '@headgate/json'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestCaller, type TestServer, testServer } from '../server.ts'
import { keyBelow, readCredential, storageClient, storageOutcome } from './credentials.ts'
import { type PlannedTestTable, writeTable } from './planned-table.ts'
import { objectAt, textAt } from './tables.ts'

let server: TestServer
let table: PlannedTestTable
let reader: TestCaller
beforeAll(async () => {
  server = await testServer({ vending: { mode: 'gateway' } })
  table = await writeTable(server, 'orders', { files: 6 })
  const { storage } = (await server.context.deps.warehouses.get('lakehouse')) ?? {}
  for (const name of ['f-0', 'f-2', 'f-4', 'deletes'])
    await storage?.put(`${table.location}/data/${name}`, Buffer.from(name))
  reader = await server.caller('reader')
  await server.grant({ privilege: 'select', on: { kind: 'relation', id: table.id }, to: reader })
})
afterAll(() => server[Symbol.asyncDispose]())

const path = 'namespaces/sales/tables/orders'
const idOf = (number: number): bigint => 2n ** 60n + BigInt(number) * 10n
const lessThan = (number: number): JsonObject => ({
  filter: { type: 'lt', term: 'id', value: idOf(number) },
})
const plan = (body: JsonObject = {}, send = reader.send) => send('POST', `${path}/plan`, body)
const planIdOf = (json: Json): string => textAt(json, 'plan-id')
const renew = (planId: string, send = reader.send, of = path) =>
  send('GET', `${of}/credentials?planId=${encodeURIComponent(planId)}`)
const file = (name: string) => keyBelow(table.location, `data/${name}`)

describe('the credential of a plan', () => {
  it('the credential of a plan reads the files of the plan with their delete files, and nothing else', async () => {
    const planned = await plan(lessThan(3))
    const credential = readCredential(planned)
    const client = storageClient(credential)
    const read = (name: string) => storageOutcome(client.send(new GetObjectCommand(file(name))))
    expect(await read('f-0')).toBe('done')
    expect(await read('f-2')).toBe('done')
    expect(await read('deletes')).toBe('done')
    expect(await read('f-4')).toBe('AccessDenied')
    const [list = ''] = table.manifestLists
    const manifestList = new GetObjectCommand(
      keyBelow(list.replace(/\/[^/]*$/, ''), list.replace(/.*\//, '')),
    )
    expect(await storageOutcome(client.send(manifestList))).toBe('AccessDenied')
    expect(await storageOutcome(client.send(new HeadObjectCommand(file('f-4'))))).not.toBe('done')
    const listed = new ListObjectsV2Command({ Bucket: 'lakehouse', Prefix: file('').Key })
    expect(await storageOutcome(client.send(listed))).toBe('AccessDenied')
    const put = new PutObjectCommand({ ...file('f-0'), Body: 'x' })
    expect(await storageOutcome(client.send(put))).toBe('AccessDenied')
  })

  it('the endpoint of the credential contains no token, and the plan id renews the credential', async () => {
    const planned = await plan(lessThan(3))
    const { config, token } = readCredential(planned)
    expect(token).toBe('')
    expect(config['client.refresh-credentials-endpoint']).toBe(`v1/lakehouse/${path}/credentials`)
    const planId = planIdOf(planned.json)
    expect(planId.length).toBeLessThanOrEqual(1_500)
    const renewed = await renew(planId)
    expect(renewed.headers.get('cache-control')).toBe('no-store')
    const client = storageClient(readCredential(renewed))
    expect(await storageOutcome(client.send(new GetObjectCommand(file('f-2'))))).toBe('done')
    expect(await storageOutcome(client.send(new GetObjectCommand(file('f-4'))))).toBe('AccessDenied')
  })

  it('a plan with a filter that is too long for its id has a credential for all files of its snapshot', async () => {
    const values = Array.from({ length: 800 }, (_, index) => idOf(0) + BigInt(index * index * 7_919))
    const planned = await plan({ filter: { type: 'in', term: 'id', values } })
    expect(planIdOf(planned.json).length).toBeLessThanOrEqual(1_500)
    const client = storageClient(readCredential(planned))
    expect(await storageOutcome(client.send(new GetObjectCommand(file('f-4'))))).toBe('done')
  })

  it('a plan of an earlier snapshot has a credential for the files of that snapshot', async () => {
    const planned = await plan({ 'snapshot-id': table.snapshots[0] ?? null })
    const client = storageClient(readCredential(planned))
    expect(await storageOutcome(client.send(new GetObjectCommand(file('f-0'))))).toBe('done')
    expect(await storageOutcome(client.send(new GetObjectCommand(file('f-4'))))).toBe('AccessDenied')
  })

  it('plan ids of other callers, of other tables and changed ones get the same 404', async () => {
    const planId = planIdOf((await plan()).json)
    const other = await server.caller('other-reader')
    const thief = await writeTable(server, 'thief', { files: 1 })
    for (const { id } of [table, thief])
      await server.grant({ privilege: 'select', on: { kind: 'relation', id }, to: other })
    await server.grant({ privilege: 'select', on: { kind: 'relation', id: thief.id }, to: reader })
    const refusals = [
      await renew(planId, other.send),
      await renew(planId, reader.send, 'namespaces/sales/tables/thief'),
      await renew(`${planId.slice(0, -3)}AAA`),
      await renew(crypto.randomUUID()),
      await renew('x'.repeat(4_000)),
    ]
    for (const { status, json } of refusals)
      expect([status, textAt(json, 'error', 'type')]).toEqual([404, 'NoSuchPlanIdException'])
    expect(new Set(refusals.map(({ json }) => textAt(json, 'error', 'message'))).size).toBe(1)
    const both = await reader.send(
      'GET',
      `${path}/credentials?planId=${planId}&storageRefreshToken=${planId}`,
    )
    expect(both.status).toBe(400)
    const asToken = await reader.send('GET', `${path}/credentials?storageRefreshToken=${planId}`)
    expect([asToken.status, textAt(asToken.json, 'error', 'type')]).toEqual([404, 'NoSuchTableException'])
  })

  it('a revocation ends the credential of a plan and its renewals', async () => {
    const caller = await server.caller('leaver')
    const grant = { privilege: 'select', on: { kind: 'relation', id: table.id }, to: caller } as const
    await server.grant(grant)
    const planned = await plan({}, caller.send)
    const client = storageClient(readCredential(planned))
    expect(await storageOutcome(client.send(new GetObjectCommand(file('f-0'))))).toBe('done')
    await server.revoke(grant)
    expect((await renew(planIdOf(planned.json), caller.send)).status).toBe(404)
    await expect
      .poll(() => storageOutcome(client.send(new GetObjectCommand(file('f-0')))), { timeout: 5_000 })
      .toBe('AccessDenied')
  })

  it('a plan in a warehouse that vends no credentials has none, and a random id', async () => {
    await using plain = await testServer()
    await writeTable(plain, 'orders', { files: 2 })
    const { json } = await plain.send('POST', `${path}/plan`, {})
    expect(objectAt(json)['storage-credentials']).toBeUndefined()
    expect(planIdOf(json)).toMatch(/^[0-9a-f-]{36}$/)
  })
})
