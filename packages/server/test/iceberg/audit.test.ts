import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, testServer } from '../server.ts'
import { statement } from '../../src/store/sql.ts'
import { commit, toCreation, idempotencyKey, schema, setProperties } from './tables.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer({ auditReads: 'store' })
  await server.send('POST', 'namespaces', { namespace: ['a'] })
  await server.send('POST', 'namespaces/a/tables', { name: 'there', schema })
})
afterAll(() => server[Symbol.asyncDispose]())

const findEvents = statement('test_events_of', 'select operation, outcome from audit where request_id = $1')

test('each request results in one audit event; changes write it in their transaction, and all other requests write it later', async () => {
  const requests = new Map<string, object>()
  const send: TestServer['send'] = async (method, path, body, headers = {}) => {
    const id = `r-${requests.size}`
    const response = await server.send(method, path, body, { ...headers, 'x-request-id': id })
    requests.set(id, { outcome: response.status < 400 ? 'allowed' : 'failed' })
    return response
  }
  const tables = 'namespaces/a/tables'
  const replayed = { 'idempotency-key': idempotencyKey() }
  const staged = { name: 'staged', schema, 'stage-create': true }
  for (const headers of [replayed, replayed, {}]) await send('POST', tables, { name: 't', schema }, headers)
  await commit(send, `${tables}/t`, [setProperties({ a: '1' })])
  await commit(send, `${tables}/t`, [])
  await commit(send, `${tables}/t`, [], [{ type: 'assert-table-uuid', uuid: crypto.randomUUID() }])
  await send('POST', `${tables}/staged`, toCreation(await send('POST', tables, staged)))
  await send('POST', `${tables}/staged`, toCreation(await send('POST', tables, { ...staged, name: 'other' })))
  await send('POST', 'transactions/commit', {
    'table-changes': [{ identifier: { namespace: ['a'], name: 't' }, requirements: [], updates: [] }],
  })
  await send('POST', 'namespaces/a/properties', { updates: { a: '1' }, removals: [] })
  await send('DELETE', 'namespaces/a')
  await send('DELETE', `${tables}/t`)
  await send('DELETE', `${tables}/t`)
  await send('GET', `${tables}/there`)
  expect(requests.size).toBe(16)
  for (const [id, event] of requests)
    await expect.poll(() => server.sql.run(findEvents, [id]), { message: id }).toMatchObject([event])
})
