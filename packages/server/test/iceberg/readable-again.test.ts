import type { Json, JsonObject } from '@headgate/json'
import { isRawNumber, parse, stringify } from '@headgate/json'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Send, type TestServer, testServer } from '../server.ts'
import { commit, schema, setProperties, viewBody } from './tables.ts'

let server: TestServer
let other: Send
beforeAll(async () => {
  server = await testServer()
  // The second replica has empty caches, like a server after a restart.
  other = await server.replica()
  await server.send('POST', 'namespaces', { namespace: ['r'] })
})
afterAll(() => server[Symbol.asyncDispose]())

/** Returns a schema with the deepest JSON that the default limit of requests allows. */
function deepSchema(levels: number): JsonObject {
  let type: Json = 'long'
  for (let id = levels + 1; id > 1; id--)
    type = { type: 'list', 'element-id': id, element: type, 'element-required': false }
  return { type: 'struct', 'schema-id': 0, fields: [{ id: 1, name: 'deep', required: false, type }] }
}

test('a table with the deepest allowed schema can be loaded and changed after a restart', async () => {
  const levels = 96
  expect(
    await server.send('POST', 'namespaces/r/tables', { name: 'deep', schema: deepSchema(levels) }),
  ).toMatchObject({
    status: 200,
  })
  expect(await commit(other, 'namespaces/r/tables/deep', [setProperties({ a: '1' })])).toMatchObject({
    status: 200,
  })
  expect(
    await server.send('POST', 'namespaces/r/tables', { name: 'deeper', schema: deepSchema(97) }),
  ).toMatchObject({
    status: 400,
  })
})

test('add-snapshot with id -1 is refused, and the table stays usable', async () => {
  await server.send('POST', 'namespaces/r/tables', { name: 'minus', schema })
  const snapshot = {
    'snapshot-id': -1,
    'sequence-number': 1,
    'timestamp-ms': Date.now(),
    'manifest-list': 's3://m',
  }
  const refused = await commit(server.send, 'namespaces/r/tables/minus', [
    { action: 'add-snapshot', snapshot },
    { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': -1 },
  ])
  expect(refused.status).toBe(400)
  expect(stringify(refused.json)).toContain('snapshot-id: must not be negative: -1')
  expect(await commit(other, 'namespaces/r/tables/minus', [setProperties({ a: '1' })])).toMatchObject({
    status: 200,
  })
})

test('new tables, views, rename targets and namespaces with invisible characters in their names are refused', async () => {
  const name = 'pay\u200bments'
  const refused = async (method: string, path: string, body: Json): Promise<void> => {
    const response = await server.send(method, path, body)
    expect(response.status, path).toBe(400)
    expect(stringify(response.json)).toContain('contains U+200B')
  }
  await server.send('POST', 'namespaces/r/tables', { name: 'plain', schema })
  await refused('POST', 'namespaces', { namespace: [name] })
  await refused('POST', 'namespaces', { namespace: ['r', name] })
  await refused('POST', 'namespaces/r/tables', { name, schema })
  await refused('POST', 'namespaces/r/tables', { name, schema, 'stage-create': true })
  await refused('POST', 'namespaces/r/views', viewBody(name))
  await refused('POST', 'tables/rename', {
    source: { namespace: ['r'], name: 'plain' },
    destination: { namespace: ['r'], name },
  })
  expect(await server.send('POST', 'namespaces/r/tables', { name: 'می\u200cخواهم', schema })).toMatchObject({
    status: 200,
  })
})

test('a double default and unknown numbers are served with their original text', async () => {
  const text =
    '{"type":"struct","schema-id":0,"x-unknown":1.0,"fields":[{"id":1,"name":"d","required":false,"type":"double","write-default":9007199254740993.0}]}'
  const sent = parse(text, { keepNumberText: true })
  await server.send('POST', 'namespaces/r/tables', { name: 'numbers', schema: sent })
  await commit(other, 'namespaces/r/tables/numbers', [setProperties({ a: '1' })])
  const response = await fetch(`${server.url}/v1/lakehouse/namespaces/r/tables/numbers`)
  const served = await response.text()
  expect(isRawNumber((sent as JsonObject)['x-unknown'])).toBe(true)
  expect(served).toContain('"x-unknown":1.0')
  expect(served).toContain('"write-default":9007199254740993.0')
})
