import { expect, test } from 'vitest'
import { collect, id, errorReply, testNamespace, type Reply } from '../../test/client/scripted-server.ts'

const respondWith = (reply: Reply) => testNamespace({ maxRetries: 0, respond: () => reply })

test.each([
  ['an empty body', {}],
  ['the status 204', { status: 204 }],
  ['the body null', { body: 'null' }],
  ['an empty object', { json: {} }],
  ['the status 201', { status: 201, json: {} }],
])('the client accepts %s as the response of an operation without required members', async (_, reply) => {
  await using fixture = await respondWith(reply)
  const { context, ...rest } = await fixture.lance.dropNamespace({ id: ['a'], mode: 'Skip' })
  expect(rest).toEqual({})
  expect(context).toHaveProperty(['header.connection'])
  await fixture.lance.dropTable({ id })
})

test('the client accepts a list of versions without a page token', async () => {
  await using fixture = await respondWith({ json: { versions: [] } })
  expect(await collect(fixture.lance.listTableVersions({ id }))).toEqual([])
})

test.each([
  ['a number', '42', 42],
  ['a number beyond 2^53', '9007199254740993', 9007199254740993n],
  ['an object', '{"count":42}', 42],
])('countTableRows reads the count from %s', async (_, body, count) => {
  await using fixture = await respondWith({ body })
  expect(await fixture.lance.countTableRows({ id })).toBe(count)
})

test.each(['"a plan\\n  of two lines"', 'a plan\n  of two lines'])(
  'explainTableQueryPlan reads the plan from %j',
  async (body) => {
    await using fixture = await respondWith({ body, headers: { 'content-type': 'text/plain' } })
    const query = { id, query: { id, k: 1, vector: null } }
    expect(await fixture.lance.explainTableQueryPlan(query)).toBe('a plan\n  of two lines')
  },
)

test('updateTableSchemaMetadata reads a map, and a map in the member `metadata`', async () => {
  await using bare = await respondWith({ json: { metadata: 'a value', k: 'v' } })
  expect(await bare.lance.updateTableSchemaMetadata({ id })).toEqual({ metadata: 'a value', k: 'v' })
  await using wrapped = await respondWith({ json: { metadata: { k: 'v' }, transaction_id: null } })
  expect(await wrapped.lance.updateTableSchemaMetadata({ id })).toEqual({ k: 'v' })
})

test.each([200, 204])('the status %i means that a table or namespace exists', async (status) => {
  await using fixture = await respondWith({ status })
  expect(await fixture.lance.tableExists({ id })).toBe(true)
  expect(await fixture.lance.namespaceExists({ id: ['a'] })).toBe(true)
})

test('tableExists returns false for a 404 with the code of a missing table, and throws other errors', async () => {
  await using missing = await respondWith(errorReply(404, 4))
  expect(await missing.lance.tableExists({ id })).toBe(false)
  await using route = await respondWith({ status: 404, body: 'no such page' })
  await expect(route.lance.tableExists({ id })).rejects.toMatchObject({ status: 404, code: null })
  await using denied = await respondWith(errorReply(403, 15))
  await expect(denied.lance.tableExists({ id })).rejects.toMatchObject({ code: 15 })
})

test('the context of a result contains the headers of the response and the context that the server sent', async () => {
  await using fixture = await respondWith({
    headers: { 'x-request-id': 'r1' },
    json: { location: 'l', context: { tenant: 't' } },
  })
  const { context } = await fixture.lance.describeTable({ id })
  expect(context).toMatchObject({ 'header.x-request-id': 'r1', tenant: 't' })
})

test.each([
  ['HTML', '<html>'],
  ['an array', '[]'],
  ['a member with a wrong type', '{"location": 1}'],
])('the client throws an InvalidAnswerError for a response with %s', async (_, body) => {
  await using fixture = await respondWith({ body })
  await expect(fixture.lance.describeTable({ id })).rejects.toMatchObject({
    name: 'InvalidAnswerError',
    operation: 'DescribeTable',
    outcomeUnknown: false,
    message: expect.stringContaining('DescribeTable: the response does not follow the Lance protocol'),
  })
  await expect(fixture.lance.declareTable({ id })).rejects.toMatchObject({ outcomeUnknown: true })
})

test('the error for a response without a required member names the member', async () => {
  await using fixture = await respondWith({ json: { total_bytes: 1, num_rows: 2, num_indices: 0 } })
  await expect(fixture.lance.getTableStats({ id })).rejects.toThrow('missing fragment_stats')
})

test('the client sends and reads 64-bit integers without rounding', async () => {
  const version = 9007199254740993n
  await using fixture = await testNamespace({
    respond: ({ json }) => ({ json: { version: { ...(json as object), manifest_path: 'm' } } }),
  })
  const response = await fixture.lance.createTableVersion({ id, version, manifest_path: 'm' })
  expect(response.version?.version).toBe(version)
  expect(new TextDecoder().decode(fixture.requests[0]?.bytes)).toContain('"version":9007199254740993')
})
