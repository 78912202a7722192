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

/** As it is: `fetch` would resolve `..` itself. */
async function raw(method: string, path: string): Promise<{ status: number; json: unknown }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const { hostname, port } = new URL(server.url)
  request({ hostname, port, method, path }, resolve).on('error', reject).end()
  const answer = await promise
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  return { status: answer.statusCode ?? 0, json: JSON.parse(text) as unknown }
}

const tell = statement(
  'test_tell',
  `update warehouse set overrides = $1::jsonb, defaults = $1::jsonb where name = 'lakehouse' returning id`,
)

test('the configuration names prefix, separator, every operation and the lifetime of keys', async () => {
  const answer = await server.send('GET', '/v1/config?warehouse=lakehouse')
  expect(answer).toMatchObject({
    status: 200,
    json: {
      defaults: {},
      overrides: { prefix: 'lakehouse', 'namespace-separator': '%1F' },
      'idempotency-key-lifetime': 'PT1800S',
    },
  })
  const endpoints = objectAt(answer.json)['endpoints']
  expect(endpoints).toHaveLength(27)
  expect(endpoints).toContain('POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/unregister')
  expect(endpoints).toContain('HEAD /v1/{prefix}/namespaces/{namespace}/views/{view}')
  expect((await server.send('GET', '/v1/config')).json).toEqual(answer.json)
})

test('the configuration tells clients nothing of a warehouse that would have them send their credentials elsewhere', async () => {
  const overrides = { uri: 'http://elsewhere.example', token: 'x', 'header.Cookie': 'y', 'io-impl': 'z' }
  const set = async (properties: object): Promise<void> => {
    await server.sql.run(tell, [JSON.stringify(properties)])
    server.context.deps.warehouses.forget()
  }
  await set(overrides)
  try {
    const { json } = await server.send('GET', '/v1/config?warehouse=lakehouse')
    const told = { prefix: 'lakehouse', 'namespace-separator': '%1F', 'io-impl': 'z' }
    expect(json).toMatchObject({ defaults: { 'io-impl': 'z' } })
    expect(objectAt(json)['overrides']).toEqual(told)
    expect(objectAt(objectAt(json)['defaults'])['token']).toBeUndefined()
  } finally {
    await set({})
  }
})

function missing(name: string): object {
  return errorBody(404, 'NoSuchWarehouseException', `Warehouse does not exist: ${name}`)
}

test('an unknown warehouse is 404 in the configuration and in every path', async () => {
  expect(await server.send('GET', '/v1/config?warehouse=none')).toMatchObject(missing('none'))
  expect(await server.send('GET', '/v1/none/namespaces')).toMatchObject(missing('none'))
  expect(await server.send('GET', '/v1/none/namespaces/sales/tables/orders')).toMatchObject(missing('none'))
  expect(await server.send('POST', '/v1/none/tables/rename', {})).toMatchObject({
    status: expect.toBeOneOf([400, 404]),
  })
})

test('a warehouse name that no database can hold is not found, not a failure', async () => {
  for (const path of ['/v1/config?warehouse=%00', '/v1/%00/namespaces', '/v1/%00/namespaces/a/tables/b']) {
    expect((await server.send('GET', path)).status, path).toBeOneOf([400, 404])
  }
})

test('`.` and `..` are refused in every spelling', async () => {
  for (const dots of ['.', '..', '%2e', '%2E%2e', '.%2E']) {
    for (const path of [
      `/v1/lakehouse/namespaces/${dots}`,
      `/v1/lakehouse/namespaces/sales/tables/${dots}`,
      `/v1/${dots}/namespaces`,
    ]) {
      expect(await raw('GET', path), path).toMatchObject({
        status: 400,
        json: { error: { code: 400, type: 'BadRequestException' } },
      })
    }
    expect(await raw('GET', `/v1/lakehouse/namespaces/sales%1F${dots}`)).toMatchObject({ status: 400 })
  }
})

test('broken percent-escapes and control characters are 400', async () => {
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
    expect(await raw('GET', `/v1/lakehouse/namespaces/${segment}`), segment).toMatchObject({
      status: 400,
      json: { error: { code: 400, type: 'BadRequestException' } },
    })
  }
  expect(await raw('GET', '/v1/%zz/namespaces')).toMatchObject({ status: 400 })
})

test('an unknown path is 404 and a wrong method 405, both with the body of the protocol', async () => {
  for (const path of [
    '/v1',
    '/v2/config',
    '/v1/lakehouse',
    '/v1/lakehouse/namespaces/sales/',
    '/v1/lakehouse//namespaces',
    '/v1/a/b/c/d/e/f',
  ]) {
    expect(await raw('GET', path), path).toMatchObject(
      errorBody(404, 'NotFoundException', `No route matches GET ${path}.`),
    )
  }
  expect(await raw('PUT', '/v1/lakehouse/namespaces')).toMatchObject(
    errorBody(405, 'UnsupportedOperationException', '/v1/lakehouse/namespaces supports GET, POST, not PUT.'),
  )
  expect(await raw('OPTIONS', '/v1/config')).toMatchObject({ status: 405 })
  const answer = await fetch(`${server.url}/v1/lakehouse/namespaces`, { method: 'PUT' })
  expect(answer.headers.get('allow')).toBe('GET, POST')
  expect(await raw('DELETE', '/v1/config')).toMatchObject({ status: 405 })
})

test('an error to HEAD has headers and no body', async () => {
  const answer = await fetch(`${server.url}/v1/lakehouse/namespaces/none`, { method: 'HEAD' })
  expect(answer.status).toBe(404)
  expect(answer.headers.get('x-request-id')).not.toBeNull()
  expect(await answer.text()).toBe('')
  expect((await fetch(`${server.url}/v1/lakehouse/tables/rename`, { method: 'HEAD' })).status).toBe(405)
})

test('a client that names no warehouse gets the usual one if it may see it', async () => {
  const lone = await server.caller('lone')
  expect(await lone.send('GET', '/v1/config')).toMatchObject({ status: 400 })
  await server.grant({ privilege: 'use', on: { kind: 'warehouse', id: server.warehouseId }, to: lone })
  // The other replicas and this one hear of it a moment later.
  await expect
    .poll(() => lone.send('GET', '/v1/config'))
    .toMatchObject({ status: 200, json: { overrides: { prefix: 'lakehouse' } } })
})
