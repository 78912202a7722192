import { expect, test } from 'vitest'
import { LanceConnectionError } from '../../../src/client/errors/lance-connection-error.ts'
import { LanceNamespace } from '../../../src/client/lance-namespace.ts'
import {
  id,
  replyInOrder,
  errorReply,
  ScriptedServer,
  testNamespace,
  type Reply,
} from '../scripted-server.ts'

const success: Reply = { json: { location: 's3://b/t' } }
const retryAtOnce = (status: number): Reply => ({
  ...errorReply(status, status === 429 ? 21 : 17),
  headers: { 'retry-after': '0' },
})

test.each([
  ['a 500', errorReply(500, 18)],
  ['a 502 of a proxy', { status: 502, body: '<html>' }],
  ['a 503 without Retry-After', errorReply(503, 17)],
  ['a 503 with Retry-After', retryAtOnce(503)],
  ['a 429', retryAtOnce(429)],
  ['a closed connection', { disconnect: true }],
  ['a truncated response', { body: '{"location":', headers: { 'content-length': '99' }, disconnect: true }],
])('a read operation is retried after %s', async (_, reply) => {
  await using fixture = await testNamespace({ respond: replyInOrder(reply, reply, success) })
  expect(await fixture.lance.describeTable({ id })).toMatchObject({ location: 's3://b/t' })
  expect(fixture.requests.length).toBe(3)
})

test.each([
  ['a 429', retryAtOnce(429)],
  ['a 503 with Retry-After', retryAtOnce(503)],
])(
  'an operation that changes data is retried after %s, because the server has not executed it',
  async (_, reply) => {
    await using fixture = await testNamespace({ respond: replyInOrder(reply, success) })
    await fixture.lance.declareTable({ id })
    expect(fixture.requests.length).toBe(2)
  },
)

test.each([
  ['a 500', errorReply(500, 18), 'InternalError'],
  ['a 503 without Retry-After', errorReply(503, 17), 'ServiceUnavailableError'],
  ['a closed connection', { disconnect: true }, 'LanceConnectionError'],
])(
  'an operation that changes data is not retried after %s, and its outcome is unknown',
  async (_, reply, name) => {
    await using fixture = await testNamespace({ respond: replyInOrder(reply, success) })
    await expect(fixture.lance.declareTable({ id })).rejects.toMatchObject({ name, outcomeUnknown: true })
    expect(fixture.requests.length).toBe(1)
  },
)

test('outcomeUnknown is false after a 429, and true after a 408', async () => {
  await using fixture = await testNamespace({ respond: replyInOrder(retryAtOnce(429), errorReply(409, 5)) })
  await expect(fixture.lance.declareTable({ id })).rejects.toMatchObject({ code: 5, outcomeUnknown: false })
  await using other = await testNamespace({ respond: replyInOrder(errorReply(408, 17), errorReply(409, 5)) })
  await expect(other.lance.declareTable({ id })).rejects.toMatchObject({ status: 408, outcomeUnknown: true })
})

test('every operation is retried if no connection can be established, and its outcome is known', async () => {
  const server = await ScriptedServer.start(() => success)
  let tries = 0
  const lance = await LanceNamespace.connect({
    uri: server.url,
    maxRetries: 2,
    firstRetryMs: 1,
    fetch: (url, init) => {
      tries++
      return fetch(url, init)
    },
  })
  await server[Symbol.asyncDispose]()
  const error: unknown = await lance.declareTable({ id }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(LanceConnectionError)
  expect(error).toMatchObject({
    outcomeUnknown: false,
    message: `DeclareTable: no answer from ${server.url}: ECONNREFUSED`,
  })
  expect(tries).toBe(3)
})

test('the number of retries is limited for a namespace, and can be limited for a call', async () => {
  await using fixture = await testNamespace({ maxRetries: 2, respond: () => errorReply(500, 18) })
  await expect(fixture.lance.describeTable({ id })).rejects.toMatchObject({ code: 18, outcomeUnknown: false })
  expect(fixture.requests.length).toBe(3)
  await expect(fixture.lance.describeTable({ id }, { maxRetries: 0 })).rejects.toMatchObject({ code: 18 })
  expect(fixture.requests.length).toBe(4)
})

test('an operation is not retried after an error such as a missing table', async () => {
  await using fixture = await testNamespace({ respond: () => errorReply(404, 4) })
  await expect(fixture.lance.describeTable({ id })).rejects.toMatchObject({ code: 4 })
  expect(fixture.requests.length).toBe(1)
})

test('each attempt is authenticated again as the last step, and the provider can request another attempt', async () => {
  let signed = 0
  await using fixture = await testNamespace({
    headers: { 'x-team': 'base', 'x-signed': 'no' },
    auth: {
      authenticate: (request) =>
        Promise.resolve({
          ...request,
          headers: [
            ...request.headers.filter(([name]) => name !== 'x-signed'),
            ['x-signed', String(++signed)],
          ],
        }),
      onResponse: ({ status }) => (status === 401 ? 'retry' : undefined),
    },
    respond: replyInOrder(errorReply(401, 16), errorReply(500, 18), success),
  })
  await fixture.lance.describeTable({ id, context: { 'header.x-team': 'context' } })
  expect(fixture.requests.map(({ headers }) => headers['x-signed'])).toEqual(['1', '2', '3'])
  expect(fixture.requests[0]?.headers['x-team']).toBe('context')
})
