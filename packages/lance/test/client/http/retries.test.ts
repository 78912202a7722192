import { expect, test } from 'vitest'
import { LanceConnectionError } from '../../../src/client/errors/lance-connection-error.ts'
import { LanceNamespace } from '../../../src/client/lance-namespace.ts'
import { id, inTurn, problem, ScriptedServer, testNamespace, type Reply } from '../scripted-server.ts'

const found: Reply = { json: { location: 's3://b/t' } }
const busy = (status: number): Reply => ({
  ...problem(status, status === 429 ? 21 : 17),
  headers: { 'retry-after': '0' },
})

test.each([
  ['500', problem(500, 18)],
  ['502 of a proxy', { status: 502, body: '<html>' }],
  ['503 without a time', problem(503, 17)],
  ['503 with a time', busy(503)],
  ['429', busy(429)],
  ['an answer that does not come', { hangUp: true }],
  ['an answer that breaks off', { body: '{"location":', headers: { 'content-length': '99' }, hangUp: true }],
])('what only looks is asked again after %s', async (_, reply) => {
  await using it = await testNamespace({ answer: inTurn(reply, reply, found) })
  expect(await it.lance.describeTable({ id })).toMatchObject({ location: 's3://b/t' })
  expect(it.seen.length).toBe(3)
})

test.each([
  ['429', busy(429)],
  ['503 with a time', busy(503)],
])('what changes something is asked again after %s, because nothing was done', async (_, reply) => {
  await using it = await testNamespace({ answer: inTurn(reply, found) })
  await it.lance.declareTable({ id })
  expect(it.seen.length).toBe(2)
})

test.each([
  ['500', problem(500, 18), 'InternalError'],
  ['503 without a time', problem(503, 17), 'ServiceUnavailableError'],
  ['an answer that does not come', { hangUp: true }, 'LanceConnectionError'],
])(
  'what changes something is not asked again after %s, and the outcome is unknown',
  async (_, reply, name) => {
    await using it = await testNamespace({ answer: inTurn(reply, found) })
    await expect(it.lance.declareTable({ id })).rejects.toMatchObject({ name, outcomeUnknown: true })
    expect(it.seen.length).toBe(1)
  },
)

test('an outcome that was unknown once stays so, whatever comes after', async () => {
  await using it = await testNamespace({ answer: inTurn(busy(429), problem(409, 5)) })
  await expect(it.lance.declareTable({ id })).rejects.toMatchObject({ code: 5, outcomeUnknown: false })
  await using other = await testNamespace({ answer: inTurn(problem(408, 17), problem(409, 5)) })
  await expect(other.lance.declareTable({ id })).rejects.toMatchObject({ status: 408, outcomeUnknown: true })
})

test('a connection that was never made is tried again for every request, and nothing happened', async () => {
  const server = await ScriptedServer.start(() => found)
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

test('there is an end to it, for a namespace and for a call', async () => {
  await using it = await testNamespace({ maxRetries: 2, answer: () => problem(500, 18) })
  await expect(it.lance.describeTable({ id })).rejects.toMatchObject({ code: 18, outcomeUnknown: false })
  expect(it.seen.length).toBe(3)
  await expect(it.lance.describeTable({ id }, { maxRetries: 0 })).rejects.toMatchObject({ code: 18 })
  expect(it.seen.length).toBe(4)
})

test('other errors are final', async () => {
  await using it = await testNamespace({ answer: () => problem(404, 4) })
  await expect(it.lance.describeTable({ id })).rejects.toMatchObject({ code: 4 })
  expect(it.seen.length).toBe(1)
})

test('each attempt is authenticated anew, last, and may be once more on a refusal', async () => {
  let signed = 0
  await using it = await testNamespace({
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
    answer: inTurn(problem(401, 16), problem(500, 18), found),
  })
  await it.lance.describeTable({ id, context: { 'header.x-team': 'context' } })
  expect(it.seen.map(({ headers }) => headers['x-signed'])).toEqual(['1', '2', '3'])
  expect(it.seen[0]?.headers['x-team']).toBe('context')
})
