import { expect, test } from 'vitest'
import { gathered, id, problem, testNamespace, type Reply } from '../../test/client/scripted-server.ts'

const answered = (reply: Reply) => testNamespace({ maxRetries: 0, answer: () => reply })

test.each([
  ['nothing', {}],
  ['204', { status: 204 }],
  ['null', { body: 'null' }],
  ['an empty object', { json: {} }],
  ['201', { status: 201, json: {} }],
])('%s is a success of an operation whose answer may be empty', async (_, reply) => {
  await using it = await answered(reply)
  const { context, ...rest } = await it.lance.dropNamespace({ id: ['a'], mode: 'Skip' })
  expect(rest).toEqual({})
  expect(context).toHaveProperty(['header.connection'])
  await it.lance.dropTable({ id })
})

test('an empty list of versions may come as nothing but its list', async () => {
  await using it = await answered({ json: { versions: [] } })
  expect(await gathered(it.lance.listTableVersions({ id }))).toEqual([])
})

test.each([
  ['a bare number', '42', 42],
  ['a number beyond 2^53', '9007199254740993', 9007199254740993n],
  ['an object', '{"count":42}', 42],
])('a count is read from %s', async (_, body, count) => {
  await using it = await answered({ body })
  expect(await it.lance.countTableRows({ id })).toBe(count)
})

test.each(['"a plan\\n  of two lines"', 'a plan\n  of two lines'])('a plan is read from %j', async (body) => {
  await using it = await answered({ body, headers: { 'content-type': 'text/plain' } })
  const query = { id, query: { id, k: 1, vector: null } }
  expect(await it.lance.explainTableQueryPlan(query)).toBe('a plan\n  of two lines')
})

test('metadata is read bare, and wrapped', async () => {
  await using bare = await answered({ json: { metadata: 'a value', k: 'v' } })
  expect(await bare.lance.updateTableSchemaMetadata({ id })).toEqual({ metadata: 'a value', k: 'v' })
  await using wrapped = await answered({ json: { metadata: { k: 'v' }, transaction_id: null } })
  expect(await wrapped.lance.updateTableSchemaMetadata({ id })).toEqual({ k: 'v' })
})

test.each([
  [200, true],
  [204, true],
])('%i says that something exists', async (status, exists) => {
  await using it = await answered({ status })
  expect(await it.lance.tableExists({ id })).toBe(exists)
  expect(await it.lance.namespaceExists({ id: ['a'] })).toBe(exists)
})

test('a 404 with a code of what is missing says that it does not, one without may be about the route', async () => {
  await using missing = await answered(problem(404, 4))
  expect(await missing.lance.tableExists({ id })).toBe(false)
  await using route = await answered({ status: 404, body: 'no such page' })
  await expect(route.lance.tableExists({ id })).rejects.toMatchObject({ status: 404, code: null })
  await using denied = await answered(problem(403, 15))
  await expect(denied.lance.tableExists({ id })).rejects.toMatchObject({ code: 15 })
})

test('headers of an answer are in its context, beside what the server put there', async () => {
  await using it = await answered({
    headers: { 'x-request-id': 'r1' },
    json: { location: 'l', context: { tenant: 't' } },
  })
  const { context } = await it.lance.describeTable({ id })
  expect(context).toMatchObject({ 'header.x-request-id': 'r1', tenant: 't' })
})

test.each([
  ['HTML', '<html>'],
  ['a list', '[]'],
  ['a wrong type', '{"location": 1}'],
])('%s instead of the answer is told as such', async (_, body) => {
  await using it = await answered({ body })
  await expect(it.lance.describeTable({ id })).rejects.toMatchObject({
    name: 'InvalidAnswerError',
    operation: 'DescribeTable',
    outcomeUnknown: false,
    message: expect.stringContaining('DescribeTable: the answer is not what the protocol says'),
  })
  await expect(it.lance.declareTable({ id })).rejects.toMatchObject({ outcomeUnknown: true })
})

test('an answer without a required member names it', async () => {
  await using it = await answered({ json: { total_bytes: 1, num_rows: 2, num_indices: 0 } })
  await expect(it.lance.getTableStats({ id })).rejects.toThrow('missing fragment_stats')
})

test('int64 is exact both ways', async () => {
  const version = 9007199254740993n
  await using it = await testNamespace({
    answer: ({ json }) => ({ json: { version: { ...(json as object), manifest_path: 'm' } } }),
  })
  const answer = await it.lance.createTableVersion({ id, version, manifest_path: 'm' })
  expect(answer.version?.version).toBe(version)
  expect(new TextDecoder().decode(it.seen[0]?.bytes)).toContain('"version":9007199254740993')
})
