import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestResponse, type TestServer, testServer } from '../server.ts'
import { readCredential, keyBelow, storageClient, storageOutcome } from './credentials.ts'
import { objectAt, schema, textAt } from './tables.ts'

const table = 'namespaces/n/tables/t'
const clickHouse = 'ClickHouse/26.1.1.1 (OS=Linux)'
let server: TestServer

beforeAll(async () => {
  server = await testServer({ vending: { mode: 'gateway', omitEndpointFor: ['ClickHouse*'] } })
  await server.send('POST', 'namespaces', { namespace: ['n'] })
  await server.send('POST', 'namespaces/n/tables', { name: 't', schema })
})
afterAll(() => server[Symbol.asyncDispose]())

const load = (userAgent: string, path = table, headers = {}): Promise<TestResponse> =>
  server.send('GET', path, undefined, { 'user-agent': userAgent, ...headers })

test('In vending mode gateway, a load returns keys also to a client that does not request them', async () => {
  const loaded = await load('iceberg-rust')
  const { config } = readCredential(loaded)
  const object = keyBelow(textAt(loaded.json, 'metadata', 'location'), 'data/x')
  expect(
    await storageOutcome(storageClient({ config }).send(new PutObjectCommand({ ...object, Body: 'x' }))),
  ).toBe('done')
})

test('Loads and refreshes return keys without s3.endpoint to the clients that the setting omitEndpointFor names', async () => {
  const plain = await load('iceberg-rust')
  const without = await load(clickHouse)
  const { 's3.endpoint': endpoint, ...keys } = readCredential(plain).config
  expect(endpoint).toBe(server.gatewayUrl)
  const { config } = readCredential(without)
  expect(config['s3.access-key-id']).toBe(keys['s3.access-key-id'])
  for (const part of [config, objectAt(without.json, 'config')]) {
    expect(part).not.toHaveProperty('s3.endpoint')
    expect(part).toMatchObject({ 's3.secret-access-key': keys['s3.secret-access-key'] })
  }
  const refresh = `/${config['client.refresh-credentials-endpoint'] ?? ''}`
  for (const path of [`${table}/credentials`, refresh]) {
    expect(readCredential(await load(clickHouse, path)).config).not.toHaveProperty('s3.endpoint')
    expect(readCredential(await load('iceberg-rust', path)).config).toHaveProperty('s3.endpoint')
  }
})

test('The ETag of a response with s3.endpoint never results in 304 for a client that gets no s3.endpoint', async () => {
  const etag = (await load('iceberg-rust')).headers.get('etag') ?? ''
  expect(await load('iceberg-rust', table, { 'if-none-match': etag })).toMatchObject({ status: 304 })
  const other = await load(clickHouse, table, { 'if-none-match': etag })
  expect(other.status).toBe(200)
  const own = other.headers.get('etag') ?? ''
  expect(await load(clickHouse, table, { 'if-none-match': own })).toMatchObject({ status: 304 })
})

test('The storage gateway accepts keys that were issued without s3.endpoint', async () => {
  const loaded = await load(clickHouse)
  const config = { ...readCredential(loaded).config, 's3.endpoint': server.gatewayUrl }
  const object = keyBelow(textAt(loaded.json, 'metadata', 'location'), 'data/y')
  const client = storageClient({ config })
  await client.send(new PutObjectCommand({ ...object, Body: 'y' }))
  expect(await storageOutcome(client.send(new HeadObjectCommand(object)))).toBe('done')
})
