import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestResponse, type TestCaller, type TestServer, testServer } from '../server.ts'
import { readCredential } from './credentials.ts'
import { toCreation, idempotencyKey, readMetadata, schema } from './tables.ts'

const asking = { 'x-iceberg-access-delegation': 'vended-credentials' }

let server: TestServer
let ann: TestCaller
let mallory: TestCaller
let counter = 0
let namespace: string
beforeAll(async () => {
  server = await testServer({ vending: { mode: 'gateway' } })
  ann = await server.caller('ann')
  mallory = await server.caller('mallory')
  for (const to of [ann, mallory])
    await server.grant({ privilege: 'create', on: { kind: 'warehouse', id: server.warehouseId }, to })
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(async () => {
  namespace = `n${(counter += 1)}`
  expect((await ann.send('POST', 'namespaces', { namespace: [namespace] })).status).toBe(200)
})

async function recreateNamespace(): Promise<void> {
  expect((await ann.send('DELETE', `namespaces/${namespace}`)).status).toBe(204)
  expect((await mallory.send('POST', 'namespaces', { namespace: [namespace] })).status).toBe(200)
}

function stage(location?: string, headers = {}): Promise<TestResponse> {
  const body = { name: 't', schema, 'stage-create': true, ...(location === undefined ? {} : { location }) }
  return ann.send('POST', `namespaces/${namespace}/tables`, body, { ...asking, ...headers })
}

const finish = (staged: TestResponse): Promise<TestResponse> =>
  ann.send('POST', `namespaces/${namespace}/tables/t`, toCreation(staged))

function finishInTransaction(staged: TestResponse): Promise<TestResponse> {
  const change = { identifier: { namespace: [namespace], name: 't' }, ...toCreation(staged) }
  return ann.send('POST', 'transactions/commit', { 'table-changes': [change] })
}

function renew(staged: TestResponse): Promise<TestResponse> {
  const endpoint = readCredential(staged).config['client.refresh-credentials-endpoint'] ?? ''
  const { pathname, search } = new URL(endpoint, 'http://any.example')
  return ann.send('GET', `${pathname}${search}`)
}

describe.each([
  ['random', (): undefined => undefined],
  ['chosen', (): string => `s3://lakehouse/chosen-${counter}`],
])('A table that a client staged at a %s location', (_, place) => {
  test('The server completes a staged table in its namespace, and renews its storage access', async () => {
    const staged = await stage(place())
    expect((await renew(staged)).status).toBe(200)
    expect((await finish(staged)).status).toBe(200)
  })

  test('The server refuses to complete a staged table in a later namespace with the same path', async () => {
    const staged = await stage(place())
    await recreateNamespace()
    for (const response of [await finish(staged), await finishInTransaction(staged)])
      expect(response.status).toBe(400)
    expect((await server.send('GET', `namespaces/${namespace}/tables/t`)).status).toBe(404)
  })

  test('Rights on a later namespace with the same path do not allow a renewal of storage access to the staged table', async () => {
    const staged = await stage(place())
    await recreateNamespace()
    expect((await renew(staged)).status).toBe(404)
  })

  test('The server does not return the stored stage-create response in a later namespace with the same path', async () => {
    const key = { 'idempotency-key': idempotencyKey() }
    const staged = await stage(place(), key)
    const again = await stage(place(), key)
    expect(readMetadata(again)['table-uuid']).toBe(readMetadata(staged)['table-uuid'])
    await recreateNamespace()
    expect((await stage(place(), key)).status).toBe(404)
  })
})

test('A principal cannot reuse the location of its staged table in a later namespace with the same path', async () => {
  const location = `s3://lakehouse/again-${counter}`
  expect((await stage(location)).status).toBe(200)
  expect((await stage(location)).status).toBe(200)
  await recreateNamespace()
  expect((await stage(location)).status).toBe(400)
  expect((await stage()).status).toBe(200)
})
