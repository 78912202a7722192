import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { type TestServer, testServer } from '../server.ts'
import { errorBody, objectAt, schema } from './tables.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
  await server.send('POST', 'namespaces', { namespace: ['sales'] })
  await server.send('POST', 'namespaces/sales/tables', { name: 'orders', schema })
})
afterAll(() => server[Symbol.asyncDispose]())

/** Sends a request with an unchanged path. `fetch` would resolve `..` in the path. */
async function sendRaw(method: string, path: string): Promise<{ status: number; json: unknown }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const { hostname, port } = new URL(server.url)
  request({ hostname, port, method, path }, resolve).on('error', reject).end()
  const response = await promise
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode ?? 0, json: JSON.parse(text) as unknown }
}

const setProperties = statement(
  'test_set_properties',
  `update warehouse set overrides = $1::jsonb, defaults = $1::jsonb where name = 'lakehouse' returning id`,
)

test('the configuration contains prefix, separator, every operation and the lifetime of idempotency keys', async () => {
  const response = await server.send('GET', '/v1/config?warehouse=lakehouse')
  expect(response).toMatchObject({
    status: 200,
    json: {
      defaults: {},
      overrides: { prefix: 'lakehouse', 'namespace-separator': '%1F' },
      'idempotency-key-lifetime': 'PT1800S',
    },
  })
  const endpoints = objectAt(response.json)['endpoints']
  expect(endpoints).toHaveLength(31)
  expect(endpoints).toContain('POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/unregister')
  expect(endpoints).toContain('HEAD /v1/{prefix}/namespaces/{namespace}/views/{view}')
  expect((await server.send('GET', '/v1/config')).json).toEqual(response.json)
})

test('the configuration omits properties of a warehouse that make clients send credentials to another server', async () => {
  const overrides = { uri: 'http://elsewhere.example', token: 'x', 'header.Cookie': 'y', 'io-impl': 'z' }
  const set = async (properties: object): Promise<void> => {
    await server.sql.run(setProperties, [JSON.stringify(properties)])
    server.context.deps.warehouses.forget()
  }
  await set(overrides)
  try {
    const { json } = await server.send('GET', '/v1/config?warehouse=lakehouse')
    const allowed = { prefix: 'lakehouse', 'namespace-separator': '%1F', 'io-impl': 'z' }
    expect(json).toMatchObject({ defaults: { 'io-impl': 'z' } })
    expect(objectAt(json)['overrides']).toEqual(allowed)
    expect(objectAt(objectAt(json)['defaults'])['token']).toBeUndefined()
  } finally {
    await set({})
  }
})

function missingWarehouse(name: string): object {
  return errorBody(404, 'NoSuchWarehouseException', `Warehouse does not exist: ${name}`)
}

test('the server answers 404 for an unknown warehouse, in the configuration and in every path', async () => {
  expect(await server.send('GET', '/v1/config?warehouse=none')).toMatchObject(missingWarehouse('none'))
  expect(await server.send('GET', '/v1/none/namespaces')).toMatchObject(missingWarehouse('none'))
  expect(await server.send('GET', '/v1/none/namespaces/sales/tables/orders')).toMatchObject(
    missingWarehouse('none'),
  )
  expect(await server.send('POST', '/v1/none/tables/rename', {})).toMatchObject({
    status: expect.toBeOneOf([400, 404]),
  })
})

test('the server refuses a warehouse name that the database cannot store, and does not answer 500', async () => {
  for (const path of ['/v1/config?warehouse=%00', '/v1/%00/namespaces', '/v1/%00/namespaces/a/tables/b']) {
    expect((await server.send('GET', path)).status, path).toBeOneOf([400, 404])
  }
})

test('the server refuses the path segments `.` and `..` in every spelling', async () => {
  for (const dots of ['.', '..', '%2e', '%2E%2e', '.%2E']) {
    for (const path of [
      `/v1/lakehouse/namespaces/${dots}`,
      `/v1/lakehouse/namespaces/sales/tables/${dots}`,
      `/v1/${dots}/namespaces`,
    ]) {
      expect(await sendRaw('GET', path), path).toMatchObject({
        status: 400,
        json: { error: { code: 400, type: 'BadRequestException' } },
      })
    }
    expect(await sendRaw('GET', `/v1/lakehouse/namespaces/sales%1F${dots}`)).toMatchObject({ status: 400 })
  }
})

test('the server answers 400 to broken percent-escapes and control characters', async () => {
  for (const segment of [
    '%',
    '%2',
    '%zz',
    '%ff',
    '%c0%ae',
    '%ed%a0%80',
    '%00',
    'a%0Ab',
    '%1F',
    'a%1F',
    '%7F',
  ]) {
    expect(await sendRaw('GET', `/v1/lakehouse/namespaces/${segment}`), segment).toMatchObject({
      status: 400,
      json: { error: { code: 400, type: 'BadRequestException' } },
    })
  }
  expect(await sendRaw('GET', '/v1/%zz/namespaces')).toMatchObject({ status: 400 })
})

test('the server answers 404 to an unknown path and 405 to a wrong method, with the body of the protocol', async () => {
  for (const path of [
    '/v1',
    '/v2/config',
    '/v1/lakehouse',
    '/v1/lakehouse/namespaces/sales/',
    '/v1/lakehouse//namespaces',
    '/v1/a/b/c/d/e/f',
  ]) {
    expect(await sendRaw('GET', path), path).toMatchObject(
      errorBody(404, 'NotFoundException', `No route matches GET ${path}.`),
    )
  }
  expect(await sendRaw('PUT', '/v1/lakehouse/namespaces')).toMatchObject(
    errorBody(405, 'UnsupportedOperationException', '/v1/lakehouse/namespaces supports GET, POST, not PUT.'),
  )
  expect(await sendRaw('OPTIONS', '/v1/config')).toMatchObject({ status: 405 })
  const response = await fetch(`${server.url}/v1/lakehouse/namespaces`, { method: 'PUT' })
  expect(response.headers.get('allow')).toBe('GET, POST')
  expect(await sendRaw('DELETE', '/v1/config')).toMatchObject({ status: 405 })
})

test('an error response to HEAD has headers and an empty body', async () => {
  const response = await fetch(`${server.url}/v1/lakehouse/namespaces/none`, { method: 'HEAD' })
  expect(response.status).toBe(404)
  expect(response.headers.get('x-request-id')).not.toBeNull()
  expect(await response.text()).toBe('')
  expect((await fetch(`${server.url}/v1/lakehouse/tables/rename`, { method: 'HEAD' })).status).toBe(405)
})

test('the configuration without a warehouse name uses the default warehouse if the caller may use it', async () => {
  const lone = await server.caller('lone')
  expect(await lone.send('GET', '/v1/config')).toMatchObject({ status: 400 })
  await server.grant({ privilege: 'use', on: { kind: 'warehouse', id: server.warehouseId }, to: lone })
  // The server receives the notification of the new grant some time after the commit.
  await expect
    .poll(() => lone.send('GET', '/v1/config'))
    .toMatchObject({ status: 200, json: { overrides: { prefix: 'lakehouse' } } })
})
