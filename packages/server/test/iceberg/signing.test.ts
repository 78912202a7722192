import { parseRequest, verifySignature } from '@headgate/sigv4'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type TestServer, testServer } from '../server.ts'
import { objectAt, schema, textAt } from './tables.ts'

const endpoint = 'http://127.0.0.1:9'
const store = { bucket: 'lakehouse', region: 'us-east-1', endpoint, pathStyle: true }
const machine = { AWS_ACCESS_KEY_ID: 'AKMACHINE', AWS_SECRET_ACCESS_KEY: 'machine-secret' }

let server: TestServer
beforeAll(async () => {
  server = await testServer({ vending: { mode: 'remote-signing' }, store: { ...store, keys: () => null } })
  await server.send('POST', 'namespaces', { namespace: ['n'] })
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await server[Symbol.asyncDispose]()
})

test('the server signs requests for a warehouse without configured keys with the keys of the machine', async () => {
  for (const [name, value] of Object.entries({ ...machine, AWS_SESSION_TOKEN: 'of-a-role' }))
    vi.stubEnv(name, value)
  const { json } = await server.send('POST', 'namespaces/n/tables', { name: 't', schema })
  const key = `${textAt(json, 'metadata', 'location').replace('s3://', '')}/data/a.parquet`
  const uri = `${endpoint}/${key}`
  const wanted = { provider: 's3', region: 'us-east-1', uri, method: 'GET', headers: {} }
  const response = await server.send('POST', 'namespaces/n/tables/t/sign', wanted)
  expect(response.status).toBe(200)

  const headers = Object.entries(objectAt(response.json, 'headers')).flatMap(([name, values]) =>
    (values as string[]).map((value): [string, string] => [name, value]),
  )
  const wire = { method: 'GET', target: `/${key}`, headers: [['host', '127.0.0.1:9'] as const, ...headers] }
  const parsed = parseRequest(wire, { services: ['s3'], regions: ['us-east-1'], now: new Date() })
  if (!parsed.ok) throw new Error('not signed')
  expect(parsed.value).toMatchObject({
    accessKeyId: machine.AWS_ACCESS_KEY_ID,
    sessionToken: 'of-a-role',
  })
  expect(verifySignature(parsed.value, machine.AWS_SECRET_ACCESS_KEY)).toMatchObject({ ok: true })
})

test('the token in the signing endpoint identifies a staged table', async () => {
  const staging = { name: 'staged', schema, 'stage-create': true }
  const asking = { 'x-iceberg-access-delegation': 'remote-signing' }
  const { json } = await server.send('POST', 'namespaces/n/tables', staging, asking)
  const uri = `${endpoint}/${textAt(json, 'metadata', 'location').replace('s3://', '')}/data/a.parquet`
  const wanted = { provider: 's3', region: 'us-east-1', uri, method: 'PUT', headers: {} }
  const path = `/${textAt(json, 'config', 'signer.endpoint')}`
  expect((await server.send('POST', path, wanted)).status).toBe(200)
  const [withoutToken = ''] = path.split('?')
  expect((await server.send('POST', withoutToken, wanted)).status).toBe(404)
  const beyond = { ...wanted, uri: uri.replace(/[^/]+\/data\//, 'other/data/') }
  expect((await server.send('POST', path, beyond)).status).toBe(403)
})
