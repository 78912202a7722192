import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { type TestResponse, type TestServer, testServer } from '../server.ts'
import { objectAt, schema, textAt } from './tables.ts'

const asking = { 'x-iceberg-access-delegation': 'vended-credentials' }

/** A security token service that accepts all requests and records the tokens. */
let sts: Server
let store: { bucket: string; region: string; endpoint: string; pathStyle: boolean; keys: () => null }
let shown: string[]
beforeAll(async () => {
  shown = []
  sts = createServer((request, response) => {
    void (async () => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      shown.push(new URLSearchParams(body).get('WebIdentityToken') ?? '')
      const end = new Date(Date.now() + 3_600_000).toISOString()
      response.end(
        `<R><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${end}</Expiration></Credentials></R>`,
      )
    })()
  }).listen(0, '127.0.0.1')
  await once(sts, 'listening')
  const endpoint = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`
  store = { bucket: 'lakehouse', region: 'us-east-1', endpoint, pathStyle: true, keys: () => null }
})
afterAll(() => new Promise((resolve) => sts.close(resolve)))

async function tableOn(vending: object): Promise<TestServer> {
  const server = await testServer({ vending: { mode: 'sts', ...vending }, store })
  await server.send('POST', 'namespaces', { namespace: ['n'] })
  await server.send('POST', 'namespaces/n/tables', { name: 't', schema })
  return server
}

test('this server refuses tokens that it issued for a security token service, with any audience', async () => {
  for (const tokenAudience of ['sts.amazonaws.com', 'http://headgate.test']) {
    await using server = await tableOn({ identity: 'user-token', tokenAudience })
    const alice = await server.caller('alice')
    const right = { privilege: 'select', on: { kind: 'warehouse', id: server.warehouseId } } as const
    await server.grant({ ...right, to: alice })
    expect((await alice.send('GET', 'namespaces/n/tables/t', undefined, asking)).status).toBe(200)
    const token = shown.at(-1) ?? ''
    expect(decodeJwt(token)).toMatchObject({ iss: 'http://headgate.test', aud: tokenAudience, sub: 'alice' })
    const refused = await server.send('GET', 'namespaces/n/tables/t', undefined, {
      authorization: `Bearer ${token}`,
    })
    expect(refused.status).toBe(401)
  }
})

test.each([false, true])(
  'a table is not created when no keys can be issued for it (stage-create: %j)',
  async (stage) => {
    await using server = await tableOn({ identity: 'server-token' })
    const body = { name: 'new', schema, 'stage-create': stage }
    const create = (more: object = {}): Promise<TestResponse> =>
      server.send('POST', 'namespaces/n/tables', { ...body, ...more }, asking)
    expect((await create()).status).toBe(503)
    // The server reports a location of another owner before it requests keys.
    const { json } = await server.send('GET', 'namespaces/n/tables/t')
    expect((await create({ location: textAt(json, 'metadata', 'location') })).status).toBe(400)
    expect((await server.send('GET', 'namespaces/n/tables')).json).toMatchObject({
      identifiers: [{ name: 't' }],
    })
    const staged = statement('test_staged', 'select id from staged_relation')
    expect(await server.sql.run(staged)).toEqual([])
    expect((await server.send('POST', 'namespaces/n/tables', body)).status).toBe(200)
  },
)

test('a table is not registered when no keys can be issued for it', async () => {
  await using server = await tableOn({ identity: 'server-token' })
  const { json } = await server.send('GET', 'namespaces/n/tables/t')
  await server.send('POST', 'namespaces/n/tables/t/unregister')
  const body = { name: 't', 'metadata-location': textAt(json, 'metadata-location') }
  expect((await server.send('POST', 'namespaces/n/register', body, asking)).status).toBe(503)
  expect((await server.send('GET', 'namespaces/n/tables')).json).toMatchObject({ identifiers: [] })
  expect((await server.send('POST', 'namespaces/n/register', body)).status).toBe(200)
})

test('a server that cannot read the web identity token of its warehouse answers 503 with the reason', async () => {
  await using server = await tableOn({ identity: 'server-token' })
  const refused = await server.send('GET', 'namespaces/n/tables/t', undefined, asking)
  expect(refused.status).toBe(503)
  expect(textAt(refused.json, 'error', 'message')).toMatch(/Set HEADGATE_STS_WEB_IDENTITY_TOKEN_FILE/)
  const plain = await server.send('GET', 'namespaces/n/tables/t')
  expect(objectAt(plain.json, 'metadata')).toBeDefined()
})
