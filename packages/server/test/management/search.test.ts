import type { Json } from '@headgate/json'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schema } from '../iceberg/tables.ts'
import { type Send, type TestServer, testServer } from '../server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
  for (const namespace of [['sales'], ['sales', 'Orders'], ['hidden']])
    await server.send('POST', 'namespaces', { namespace })
  for (const [namespace, name] of [
    ['sales', 'Orders_2026'],
    ['sales', 'orders'],
    ['sales', 'ÄRGER'],
    ['hidden', 'orders'],
  ])
    await server.send('POST', `namespaces/${namespace}/tables`, { name: name ?? '', schema })
})
afterAll(() => server[Symbol.asyncDispose]())

async function search(
  query: string,
  send: Send = server.send,
): Promise<{ matches: string[]; more: boolean }> {
  const { status, json } = await send('GET', `/management/v1/search?${query}`)
  expect(status).toBe(200)
  const { matches, more } = json as unknown as {
    matches: { kind: string; namespace: string[]; name: string | null }[]
    more: boolean
  }
  return {
    more,
    matches: matches.map(({ kind, namespace, name }) => `${kind} ${[...namespace, name ?? ''].join('.')}`),
  }
}

describe('searchNames', () => {
  test('searchNames finds tables and the last levels of namespaces by their beginning, in any case', async () => {
    const { matches, more } = await search('text=oRD')
    expect(matches.toSorted()).toEqual([
      'namespace sales.Orders.',
      'table hidden.orders',
      'table sales.Orders_2026',
      'table sales.orders',
    ])
    expect(more).toBe(false)
    expect((await search('text=rders')).matches).toEqual([])
    expect((await search(`text=${encodeURIComponent('ÄR')}`)).matches).toEqual(['table sales.ÄRGER'])
    for (const text of ['%25', '_', "'"]) expect((await search(`text=${text}`)).matches).toEqual([])
  })

  test('searchNames stops at the limit, and says that there are more', async () => {
    const { matches, more } = await search('text=o&limit=2')
    expect(matches).toHaveLength(2)
    expect(more).toBe(true)
  })

  test('searchNames shows only what the caller may see', async () => {
    const alice = await server.caller('alice')
    expect((await search('text=o', alice.send)).matches).toEqual([])
    const on: Json = { warehouse: 'lakehouse', namespace: ['sales'] }
    await server.send('POST', '/management/v1/grants', { privilege: 'use', on, to: { principal: 'alice' } })
    expect((await search('text=orders', alice.send)).matches.toSorted()).toEqual([
      'namespace sales.Orders.',
      'table sales.Orders_2026',
      'table sales.orders',
    ])
    expect((await search('text=o&warehouse=other', alice.send)).matches).toEqual([])
  })
})

describe('facts about tables', () => {
  const at = 'namespace=sales&relation=orders'
  const facts = (send: Send, path: string): ReturnType<Send> =>
    send('GET', `/management/v1/warehouses/lakehouse/${path}`)

  test('listMetricsReports and listRelationHistory need manage on the table, and countObjects on the object', async () => {
    const bob = await server.caller('bob')
    const on: Json = { warehouse: 'lakehouse', namespace: ['sales'], relation: 'orders' }
    const give = (privilege: string): ReturnType<Send> =>
      server.send('POST', '/management/v1/grants', { privilege, on, to: { principal: 'bob' } })
    await give('select')
    for (const path of [`relation/metrics?${at}`, `relation/history?${at}`, 'counts'])
      expect((await facts(bob.send, path)).status).toBe(403)
    await give('manage')
    expect(await facts(bob.send, `relation/metrics?${at}`)).toMatchObject({ json: { reports: [] } })
    const { json } = await facts(bob.send, `relation/history?${at}`)
    expect(JSON.stringify(json)).toContain('grantPrivilege')
    expect(JSON.stringify(json)).not.toContain('127.0.0.1')
    expect((await facts(server.send, `relation/history?${at}`)).json).not.toEqual({ events: [] })
    expect((await facts(server.send, 'counts?namespace=sales')).json).toEqual({
      namespaces: 1,
      tables: 3,
      views: 0,
      lanceTables: 0,
      complete: true,
    })
  })

  test('listMetricsReports keeps large integers exact', async () => {
    const report = `{"report-type":"scan-report","table-name":"orders","snapshot-id":9007199254740993,"filter":true,
      "schema-id":0,"projected-field-ids":[],"projected-field-names":[],"metrics":{}}`
    const response = await fetch(`${server.url}/v1/lakehouse/namespaces/sales/tables/orders/metrics`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: report,
    })
    expect(response.status).toBe(204)
    await expect
      .poll(async () => (await facts(server.send, `relation/metrics?${at}`)).json)
      .toMatchObject({ reports: [{ kind: 'scan', report: { 'snapshot-id': '9007199254740993' } }] })
  })
})
