import { afterAll, beforeAll, expect, test } from 'vitest'
import { properties as bodies } from './bodies-properties.ts'
import { properties as paths } from './paths-properties.ts'
import { type HostileWorld, hostileWorld } from './hostile.ts'

let world: HostileWorld
beforeAll(async () => {
  world = await hostileWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

test.each(Object.entries({ ...paths, ...bodies }))('%s', async (_, propertyOf) => {
  expect(await propertyOf(world)({ runs: 300, milliseconds: 1_000 })).toBeGreaterThan(0)
})

test('The hostile requests cover every operation of both APIs', () => {
  const ids = world.served.map(({ id }) => id)
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
  'The server answers with a body to %s, to which Node by itself sends none',
  async (_, bytes, method, status) => {
    const answers = await world.attack(latin1(bytes), { method })
    expect(answers.map((answer) => answer.status)).toEqual([status])
  },
)

test('A client that closes its side receives the responses to all of its requests', async () => {
  const post = (name: string): string => {
    const body = JSON.stringify({ namespace: [name] })
    const head =
      'POST /v1/lakehouse/namespaces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'
    return `${head}content-length: ${body.length}\r\n\r\n${body}`
  }
  const both = latin1(post('half-closed') + post('half-closed-2'))
  const answers = await world.attack(both, { method: 'POST', hangUp: true })
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
})

test('Bytes after a complete request do not prevent its response', async () => {
  const body = JSON.stringify({ namespace: ['before-nonsense'] })
  const head =
    'POST /v1/lakehouse/namespaces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'
  const bytes = latin1(`${head}content-length: ${body.length}\r\n\r\n${body}nonsense\r\n\r\n`)
  const [answer] = await world.attack(bytes, { method: 'POST' })
  const { status } = await world.server.send('HEAD', 'namespaces/before-nonsense')
  expect([answer?.status, status]).toEqual([200, 204])
})

test('The server refuses text that the database cannot store, in a path, a query and a body of the management API', async () => {
  const { send } = world.server
  for (const answer of [
    await send('GET', '/management/v1/roles/%00/members'),
    await send('GET', '/management/v1/audit?principal=%00'),
    await send('POST', '/management/v1/roles/x/members/add', { member: 'a\0b', kind: 'role' }),
  ]) {
    expect(answer.status, JSON.stringify(answer.json)).toBe(400)
  }
})
