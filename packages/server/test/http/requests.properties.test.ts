import { afterAll, beforeAll, expect, test } from 'vitest'
import { properties as bodies } from './bodies-properties.ts'
import { properties as paths } from './paths-properties.ts'
import { type HostileFixture, openHostileFixture } from './hostile.ts'

let fixture: HostileFixture
beforeAll(async () => {
  fixture = await openHostileFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

test.each(Object.entries({ ...paths, ...bodies }))('%s', async (_, makeProperty) => {
  expect(await makeProperty(fixture)({ runs: 300, milliseconds: 1_000 })).toBeGreaterThan(0)
})

test('The hostile requests cover every operation of the Iceberg API and the management API', () => {
  const ids = fixture.served.map(({ id }) => id)
  expect(ids).toEqual(
    expect.arrayContaining(['updateTable', 'commitTransaction', 'createWarehouse', 'restoreDropped', 'live']),
  )
  expect(ids.length).toBeGreaterThan(60)
})

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

test.each([
  ['a request without Host', 'GET /v1/config HTTP/1.1\r\nconnection: close\r\n\r\n', 'GET', 400],
  [
    'a request with two Host headers',
    'GET /v1/config HTTP/1.1\r\nhost: localhost\r\nHost: a\r\nconnection: close\r\n\r\n',
    'GET',
    400,
  ],
  ['CONNECT', 'CONNECT x:80 HTTP/1.1\r\nhost: localhost\r\n\r\n', 'CONNECT', 405],
  [
    'an expectation',
    'GET /v1/config HTTP/1.1\r\nhost: localhost\r\nexpect: much\r\nconnection: close\r\n\r\n',
    'GET',
    200,
  ],
] as const)(
  'The server sends an error body to a malformed request that Node answers without a body: %s',
  async (_, bytes, method, status) => {
    const responses = await fixture.attack(latin1(bytes), { method })
    expect(responses.map((response) => response.status)).toEqual([status])
  },
)

test('A client that closes its side of the connection receives the responses to all of its requests', async () => {
  const post = (name: string): string => {
    const body = JSON.stringify({ namespace: [name] })
    const head =
      'POST /v1/lakehouse/namespaces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'
    return `${head}content-length: ${body.length}\r\n\r\n${body}`
  }
  const both = latin1(post('half-closed') + post('half-closed-2'))
  const responses = await fixture.attack(both, { method: 'POST', hangUp: true })
  expect(responses.map(({ status }) => status)).toEqual([200, 200])
})

test('Bytes after a complete request do not prevent its response', async () => {
  const body = JSON.stringify({ namespace: ['before-nonsense'] })
  const head =
    'POST /v1/lakehouse/namespaces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'
  const bytes = latin1(`${head}content-length: ${body.length}\r\n\r\n${body}nonsense\r\n\r\n`)
  const [response] = await fixture.attack(bytes, { method: 'POST' })
  const { status } = await fixture.server.send('HEAD', 'namespaces/before-nonsense')
  expect([response?.status, status]).toEqual([200, 204])
})

test('The server refuses text that the database cannot store, in a path, a query and a body of the management API', async () => {
  const { send } = fixture.server
  for (const response of [
    await send('GET', '/management/v1/roles/%00/members'),
    await send('GET', '/management/v1/audit?principal=%00'),
    await send('POST', '/management/v1/roles/x/members/add', { member: 'a\0b', kind: 'role' }),
  ]) {
    expect(response.status, JSON.stringify(response.json)).toBe(400)
  }
})
