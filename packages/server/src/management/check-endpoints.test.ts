import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statement } from '../store/sql.ts'
import {
  testWarehouseManagement,
  type TestWarehouseManagement,
} from '../../test/management/warehouse-management.ts'
import type { Reply } from '../../test/management/management.ts'

let server: Server
let connections = 0
let loopback: string
let closed: TestWarehouseManagement
let local: TestWarehouseManagement
beforeAll(async () => {
  server = createServer((_, response) => void response.end()).listen(0, '127.0.0.1')
  server.on('connection', () => (connections += 1))
  await once(server, 'listening')
  loopback = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  closed = await testWarehouseManagement({ named: ['10.9.0.0/16'], loopback: false })
  local = await testWarehouseManagement({ named: [], loopback: true })
})
afterAll(async () => {
  await closed[Symbol.asyncDispose]()
  await local[Symbol.asyncDispose]()
  await new Promise((resolve) => server.close(resolve))
})

let made = 0
const name = (): string => `endpoint-${(made += 1)}`
const s3 = (endpoint?: string): object => ({
  type: 's3',
  bucket: `b-${made}`,
  region: 'eu-west-1',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'secret',
  ...(endpoint === undefined ? {} : { endpoint }),
})
const setEndpoint = statement(
  'test_set_endpoint',
  `update warehouse set storage = jsonb_set(storage, '{endpoint}', to_jsonb($2::text)) where name = $1`,
)
const create = (fixture: TestWarehouseManagement, body: object, who = fixture.server.admin): Promise<Reply> =>
  fixture.as(who, 'POST /warehouses', { name: name(), skipProbe: true, ...body })

describe('checkEndpoints', () => {
  test('checkEndpoints refuses loopback, link-local, metadata and private addresses, also for an administrator', async () => {
    const special = [
      loopback,
      'http://169.254.169.254',
      'http://[fe80::1]',
      'http://2130706433',
      'http://[::ffff:7f00:1]',
      'http://192.168.0.1',
      'http://localhost:9000',
    ]
    const before = connections
    for (const url of special) {
      const sts = { mode: 'sts', stsEndpoint: url }
      for (const [field, body] of [
        ['storage.endpoint', { storage: s3(url) }],
        ['vending.stsEndpoint', { storage: s3(), vending: sts }],
      ] as const) {
        const refused = await create(closed, body)
        expect(refused, url).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
        expect(refused.body.error.message).toContain(`${field} is refused`)
        expect(refused.body.error.message).toContain('HEADGATE_PRIVATE_ENDPOINTS')
      }
      const dry = await closed.as(closed.server.admin, 'POST /warehouses/validate', { storage: s3(url) })
      expect(dry, url).toMatchObject({ status: 403 })
    }
    expect(connections).toBe(before)
  })

  test('checkEndpoints refuses a private stsEndpoint for an existing warehouse, even from a caller with administer-storage on the warehouse', async () => {
    const body = { name: name(), storage: s3(), skipProbe: true }
    expect(await create(closed, body)).toMatchObject({ status: 201 })
    const on = { warehouse: body.name }
    const holder = await closed.principal({ privilege: 'administer-storage', on })
    const change = (stsEndpoint: string): Promise<Reply> =>
      closed.as(holder, `PATCH /warehouses/${body.name}`, { vending: { mode: 'sts', stsEndpoint } })
    for (const url of [loopback, 'http://169.254.169.254/'])
      expect(await change(url)).toMatchObject({ status: 403 })
    expect(await change('https://10.9.1.2')).toMatchObject({ status: 200 })
  })

  test('checkEndpoints accepts loopback addresses from holders of administer-storage on the server, if only this machine can reach the server', async () => {
    expect(await create(local, { storage: s3(loopback) })).toMatchObject({ status: 201 })
    const creator = await local.principal({ privilege: 'create', on: 'server' })
    expect(await create(local, { storage: s3(loopback) }, creator)).toMatchObject({ status: 403 })
    expect(await create(local, { storage: s3('http://169.254.169.254') })).toMatchObject({ status: 403 })
  })
})

test('the server does not connect to a forbidden endpoint of an existing warehouse, and checkWarehouse names the setting that allows the endpoint', async () => {
  const body = { name: name(), storage: s3('https://10.9.1.2') }
  expect(await create(closed, body)).toMatchObject({ status: 201 })
  await closed.deps.sql.run(setEndpoint, [body.name, loopback])
  const before = connections
  const checked = await closed.as(closed.server.admin, `POST /warehouses/${body.name}/check`)
  expect(checked).toMatchObject({
    status: 200,
    body: { ok: false, findings: [{ name: 'endpoint', ok: false }] },
  })
  expect(JSON.stringify(checked.body)).toContain('HEADGATE_PRIVATE_ENDPOINTS=127.0.0.1')
  expect(connections).toBe(before)
})
