import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { signRequest, UNSIGNED_PAYLOAD } from '@headgate/sigv4'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bumpPolicy } from '../../src/store/policies.ts'
import { setPrincipalEnabled } from '../../src/store/principals.ts'
import { statement } from '../../src/store/sql.ts'
import { type TestCaller, type TestServer, testServer } from '../server.ts'
import { type Credential, readCredential, keyBelow, storageClient } from './credentials.ts'
import { objectAt, schema, textAt } from './tables.ts'

const maxAgeMs = 1_000
const mib = 1024 ** 2
let server: TestServer
let turn = 0

beforeAll(async () => {
  server = await testServer({
    vending: { mode: 'gateway' },
    storageAccess: {
      region: 'us-east-1',
      hostSuffix: null,
      decisionMaxAgeMs: maxAgeMs,
      webIdentityTokenFile: null,
      lives: { minLifeMs: 900_000, tokenTtlMs: 14_400_000, capMs: 86_400_000 },
    },
  })
  await server.send('POST', 'namespaces', { namespace: ['ns'] })
})
afterAll(() => server[Symbol.asyncDispose]())

interface Writer {
  readonly caller: TestCaller
  readonly table: string
  readonly location: string
  readonly credential: Credential
}

async function writer(): Promise<Writer> {
  turn += 1
  const [caller, table] = [await server.caller(`writer-${turn}`), `t${turn}`]
  const made = await server.send('POST', 'namespaces/ns/tables', { name: table, schema })
  const metadata = objectAt(objectAt(made.json)['metadata'])
  const [row] = await server.sql.run<{ id: string }>(
    statement('test_relation', 'select id from relation where name = $1'),
    [table],
  )
  await server.grant({ privilege: 'modify', on: { kind: 'relation', id: row?.id ?? '' }, to: caller })
  const credential = readCredential(
    await caller.send('GET', `namespaces/ns/tables/${table}`, undefined, {
      'x-iceberg-access-delegation': 'vended-credentials',
    }),
  )
  return { caller, table, location: textAt(metadata, 'location'), credential }
}

/** Begins to put an object of 1 MiB, and sends all but its last byte. */
async function beginPut(
  { credential: { config }, location }: Writer,
  name: string,
): Promise<{ socket: Socket; readReceived(): string }> {
  const { Bucket, Key } = keyBelow(location, name)
  const target = `/${Bucket}/${Key}`
  const requestHeaders = [
    ['host', new URL(server.gatewayUrl).host],
    ['content-length', String(mib)],
  ] as const
  const { headers } = signRequest(
    { method: 'PUT', target, headers: [...requestHeaders] },
    {
      credentials: {
        accessKeyId: config['s3.access-key-id'] ?? '',
        secretAccessKey: config['s3.secret-access-key'] ?? '',
        sessionToken: config['s3.session-token'] ?? '',
      },
      region: 'us-east-1',
      service: 's3',
      date: new Date(),
      payloadHash: UNSIGNED_PAYLOAD,
    },
  )
  const socket = connect(Number(new URL(server.gatewayUrl).port), '127.0.0.1')
  socket.on('error', () => undefined)
  let received = ''
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')))
  const lines = [...requestHeaders, ...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.write(`PUT ${target} HTTP/1.1\r\n${lines}\r\n`)
  if (!socket.write(Buffer.alloc(mib - 1))) await once(socket, 'drain')
  return { socket, readReceived: () => received }
}

async function listObjects({ location }: Writer): Promise<string[]> {
  const other = readCredential(
    await server.send('GET', `namespaces/ns/tables/t${turn}`, undefined, {
      'x-iceberg-access-delegation': 'vended-credentials',
    }),
  )
  const { Bucket, Key } = keyBelow(location, 'data/')
  const listed = await storageClient(other).send(new ListObjectsV2Command({ Bucket, Prefix: Key }))
  return (listed.Contents ?? []).map(({ Key: key = '' }) => key)
}

const revocations: [string, (of: Writer) => Promise<unknown>][] = [
  [
    'its principal is disabled',
    ({ caller }) =>
      server.sql.transaction(async (tx) => {
        await bumpPolicy(tx)
        await setPrincipalEnabled(tx, caller.id, false)
      }),
  ],
  [
    'access to its table is revoked',
    ({ table }) =>
      server.send('POST', '/management/v1/warehouses/lakehouse/revoke-access', { namespace: ['ns'], table }),
  ],
]

test.each(revocations)('A PUT leaves no object if its last byte arrives after %s', async (_, revoke) => {
  const one = await writer()
  const { socket, readReceived } = await beginPut(one, 'data/late')
  expect(await listObjects(one)).toEqual([])
  await revoke(one)
  // For at most `maxAgeMs`, the gateway may use an access decision from before the revocation.
  await expect.poll(() => readReceived(), { timeout: 3 * maxAgeMs }).toMatch(/AccessDenied/)
  socket.write('x')
  expect(readReceived()).toMatch(/^HTTP\/1\.1 403 /)
  socket.destroy()
  expect(await listObjects(one)).toEqual([])
})

test('A PUT whose last byte arrives late is stored when the caller still has the grant', async () => {
  const one = await writer()
  const { socket, readReceived } = await beginPut(one, 'data/slow')
  await new Promise((resolve) => setTimeout(resolve, 2 * maxAgeMs))
  expect(readReceived()).toBe('')
  socket.write('x')
  await expect.poll(() => readReceived(), { timeout: 5_000 }).toMatch(/^HTTP\/1\.1 200 /)
  socket.destroy()
  expect(await listObjects(one)).toHaveLength(1)
})
