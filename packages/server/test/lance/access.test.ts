import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateSecret, hashSecret } from '../../src/identity/client-secret.ts'
import { insertSecret } from '../../src/store/client-secrets.ts'
import { statement } from '../../src/store/sql.ts'
import { type TestCaller, type TestServer, testServer } from '../server.ts'
import { lanceError, type LanceSend, lanceSend } from './lance.ts'

let server: TestServer
let admin: LanceSend
let reader: TestCaller
let stranger: TestCaller
beforeAll(async () => {
  server = await testServer({ vending: { mode: 'gateway' }, auditReads: 'store' })
  admin = lanceSend(server.send)
  reader = await server.caller('reader')
  stranger = await server.caller('stranger')
  await admin('namespace/sales/create')
  await admin('table/sales$orders/declare')
  await admin('table/sales$secret/declare')
  await server.grant({ privilege: 'select', on: { kind: 'relation', id: await idOf('orders') }, to: reader })
})
afterAll(() => server[Symbol.asyncDispose]())

async function idOf(name: string): Promise<string> {
  const { json } = await server.send(
    'GET',
    `/management/v1/warehouses/lakehouse/relation?namespace=sales&relation=${name}`,
  )
  return (json as { id: string }).id
}

const optionsOf = (response: { json: unknown }): Record<string, string> | undefined =>
  (response.json as { storage_options?: Record<string, string> }).storage_options

test('the storage options in the description of a Lance table contain credentials of the gateway and their renewal time', async () => {
  const options = optionsOf(await admin('table/sales$orders/describe'))
  expect(options).toMatchObject({
    aws_endpoint: server.gatewayUrl,
    aws_endpoint_url_s3: server.gatewayUrl,
    aws_region: 'us-east-1',
    aws_virtual_hosted_style_request: 'false',
    allow_http: 'true',
    refresh_offset_millis: '120000',
  })
  expect(Number(options?.['expires_at_millis'])).toBeGreaterThan(Date.now())
  expect(optionsOf(await admin('table/sales$orders/describe', { vend_credentials: false }))).toBeUndefined()
  const declared = await admin('table/sales$fresh/declare', { vend_credentials: true })
  expect(optionsOf(declared)).toHaveProperty('aws_session_token')
})

test('each operation of the Lance Namespace requires its privilege, and answers for hidden objects as for missing ones', async () => {
  const read = lanceSend(reader.send)
  const none = lanceSend(stranger.send)
  expect((await read('GET namespace/sales/table/list')).json).toEqual({ tables: ['orders'] })
  expect((await read('GET table')).json).toEqual({ tables: ['sales$orders'] })
  expect(await read('table/sales$orders/describe')).toMatchObject({ status: 200 })
  expect(await read('table/sales$secret/describe')).toMatchObject(
    lanceError(404, 4, 'Lance table does not exist: sales.secret'),
  )
  for (const [path, body] of [
    ['table/sales$orders/drop', undefined],
    ['table/sales$orders/deregister', undefined],
    ['table/sales$orders/rename', { new_table_name: 'x' }],
    ['table/sales$new/declare', undefined],
    ['table/sales$new/register', { location: 'x.lance' }],
    ['namespace/sales/drop', undefined],
    ['namespace/sales/drop', { behavior: 'cascade' }],
    ['namespace/sales$child/create', undefined],
    ['namespace/own/create', undefined],
    ['table/rooted/declare', undefined],
  ] as const)
    expect(await read(path, body), path).toMatchObject(lanceError(403, 15))
  for (const path of [
    'table/sales$orders/describe',
    'table/sales$orders/exists',
    'table/sales$orders/drop',
    'table/sales$new/declare',
  ])
    expect((await none(path)).status, path).toBe(404)
  for (const path of ['namespace/sales/describe', 'namespace/sales/exists', 'GET namespace/sales/table/list'])
    expect(await none(path), path).toMatchObject(lanceError(404, 1))
  expect(await none('GET table')).toMatchObject(lanceError(404, 1))
})

test('a client credential in the header x-api-key authenticates, both as ID:SECRET and as only the secret', async () => {
  const secret = generateSecret()
  await server.sql.transaction((tx) => insertSecret(tx, reader.id, hashSecret(secret)))
  for (const key of [`reader:${secret}`, secret]) {
    const read = await admin('GET namespace/sales/table/list', undefined, { 'x-api-key': key })
    expect(read.json).toEqual({ tables: ['orders'] })
  }
  expect(
    await admin('GET namespace/sales/table/list', undefined, { 'x-api-key': `stranger:${secret}` }),
  ).toMatchObject(
    lanceError(
      401,
      16,
      'The API key is not valid: send a client credential in the header x-api-key, in the form ID:SECRET.',
    ),
  )
  // Other APIs ignore the header: this caller is anonymous, which has all rights in this test.
  const tables = await server.send('GET', 'namespaces/sales/tables', undefined, { 'x-api-key': 'wrong' })
  expect(tables.status).toBe(200)
})

test('errors before a Lance operation runs have the form of the Lance Namespace', async () => {
  const bad = await server.send(
    'POST',
    '/lance/lakehouse/v1/table/sales$orders/describe',
    {},
    {
      authorization: 'Bearer wrong',
    },
  )
  expect(bad).toMatchObject(lanceError(401, 16))
  expect(bad.headers.get('www-authenticate')).toContain('Bearer')
  expect(await server.send('POST', '/lance/nowhere/v1/table/a$b/describe')).toMatchObject(lanceError(404, 1))
  expect(await server.send('GET', '/lance/lakehouse/v1/nothing')).toMatchObject(lanceError(404, 0))
  expect(await server.send('GET', '/lance')).toMatchObject(lanceError(404, 0))
  expect(await server.send('PUT', '/lance/lakehouse/v1/table/a$b/describe')).toMatchObject(lanceError(405, 0))
  expect(await admin('table/sales$orders/query', {})).toMatchObject(lanceError(406, 0))
  const large = { properties: { a: 'x'.repeat(100_000) } }
  expect(await admin('table/sales$large/declare', large)).toMatchObject(lanceError(413, 13))
  const malformed = await fetch(`${server.url}/lance/lakehouse/v1/table/a$b/describe`, {
    method: 'POST',
    body: '{',
    headers: { 'content-type': 'application/json' },
  })
  expect({ status: malformed.status, json: await malformed.json() }).toMatchObject(lanceError(400, 13))
})

test('the Lance Namespace accepts paths with a final slash, absent bodies and the body null', async () => {
  for (const [path, body] of [
    ['table/sales$orders/describe/', undefined],
    ['table/sales$orders/describe', null],
    ['GET table/', undefined],
  ] as const)
    expect((await admin(path, body)).status, path).toBe(200)
})

test('the audit log contains changes and reads of Lance tables with object, privilege and issued storage access', async () => {
  await lanceSend(reader.send)('table/sales$orders/describe')
  await lanceSend(reader.send)('table/sales$orders/drop')
  const events = statement(
    'lance_audit',
    `select operation, object, privilege, outcome, detail->>'handedOut' as access from audit
     where operation like 'lance%' and principal_id = $1 order by id`,
  )
  await expect
    .poll(() => server.sql.run<object>(events, [reader.id]), { timeout: 5_000 })
    .toEqual(
      expect.arrayContaining([
        {
          operation: 'lanceDescribeTable',
          object: 'lakehouse:sales.orders',
          privilege: 'select',
          outcome: 'allowed',
          access: 'read',
        },
        {
          operation: 'lanceDropTable',
          object: 'lakehouse:sales.orders',
          privilege: 'manage',
          outcome: 'denied',
          access: null,
        },
      ]),
    )
})

test('an overloaded server answers in the form of the Lance Namespace', async () => {
  const limits = {
    maxBodyBytes: 1_024,
    maxJsonDepth: 10,
    maxJsonValues: 100,
    requestTimeoutMs: 10_000,
    maxConcurrentRequests: 0,
    maxNameBytes: 255,
    maxPageSize: 10,
  }
  await using full = await testServer({ limits })
  const answer = await lanceSend(full.send)('GET namespace/$/list')
  expect(answer).toMatchObject(lanceError(429, 21))
  expect(answer.headers.get('retry-after')).toBe('1')
})
