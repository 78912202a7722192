import type { Json } from '@headgate/json'
import { expect, test } from 'vitest'
import { loaded, LOCATION, metadata, orders, schema, testCatalog } from '../../test/client/catalog.ts'

async function all<T>(list: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = []
  for await (const item of list) items.push(item)
  return items
}

test('a load gives metadata with exact 64-bit integers, configuration, credentials and the ETag', async () => {
  const id = 3_055_729_675_574_597_004n
  const snapshot = {
    'snapshot-id': id,
    'timestamp-ms': 1,
    'sequence-number': 1,
    'manifest-list': 'm',
    summary: {},
  }
  await using it = await testCatalog({
    answer: () => ({
      headers: { etag: 'W/"1"' },
      json: loaded({
        metadata: {
          ...metadata,
          'last-sequence-number': 1,
          'current-snapshot-id': id,
          snapshots: [snapshot],
        },
        config: { 'client.region': 'x', 's3.path-style-access': true, nothing: null },
        'storage-credentials': [
          { prefix: 's3://a', config: { n: 1 }, 'storage-refresh-token': 'T', unknown: {} },
          { prefix: 's3://b', config: {} },
        ],
      }),
    }),
  })
  const table = await it.catalog.loadTable(orders, { snapshots: 'refs' })
  expect(table).toMatchObject({
    identifier: orders,
    staged: false,
    metadataLocation: `${LOCATION}/metadata/00000.metadata.json`,
    config: { 'client.region': 'x', 's3.path-style-access': 'true' },
    storageCredentials: [
      { prefix: 's3://a', config: { n: '1' }, refreshToken: 'T' },
      { prefix: 's3://b', config: {}, refreshToken: null },
    ],
    etag: 'W/"1"',
  })
  expect(table.metadata['current-snapshot-id']).toBe(id)
  expect(table.metadata.snapshots[0]?.['snapshot-id']).toBe(id)
  expect(it.targets()).toEqual(['GET /v1/wh/namespaces/sales/tables/orders?snapshots=refs'])
})

test('access to storage is asked for as the catalog says, or the call', async () => {
  const asked = async (options: object, call: object): Promise<unknown> => {
    await using it = await testCatalog({ ...options, answer: () => ({ json: loaded() }) })
    await it.catalog.loadTable(orders, call)
    return it.seen[0]?.headers['x-iceberg-access-delegation']
  }
  expect(await asked({}, {})).toBe('vended-credentials')
  expect(await asked({ accessDelegation: [] }, {})).toBe(undefined)
  expect(await asked({ accessDelegation: ['remote-signing', 'vended-credentials'] }, {})).toBe(
    'remote-signing,vended-credentials',
  )
  expect(await asked({ accessDelegation: [] }, { accessDelegation: ['remote-signing'] })).toBe(
    'remote-signing',
  )
})

test('a staged create sends its parts and is known as staged', async () => {
  await using it = await testCatalog({ answer: () => ({ json: loaded({ 'metadata-location': null }) }) })
  const table = await it.catalog.createTable(orders, {
    schema,
    partitionSpec: { fields: [{ name: 'p', transform: 'identity', 'source-id': 1 }] },
    properties: { a: 'b' },
    stageCreate: true,
  })
  expect(table).toMatchObject({ staged: true, metadataLocation: null })
  expect(it.targets()).toEqual(['POST /v1/wh/namespaces/sales/tables'])
  expect(it.seen[0]?.json).toEqual({
    name: 'orders',
    schema: { 'schema-id': 0, ...schema },
    'partition-spec': {
      'spec-id': 0,
      fields: [{ 'field-id': 1000, name: 'p', transform: 'identity', 'source-id': 1 }],
    },
    properties: { a: 'b' },
    'stage-create': true,
  })
})

test('a commit is sent in the form of the wire, with integers as they are', async () => {
  await using it = await testCatalog({ answer: () => ({ json: loaded(), headers: { etag: '"2"' } }) })
  const id = 9_007_199_254_740_993n
  const committed = await it.catalog.commitTable(orders, {
    requirements: [{ type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null }],
    updates: [
      { action: 'set-snapshot-ref', 'ref-name': 'main', ref: { type: 'branch', 'snapshot-id': id } },
      {
        action: 'set-statistics',
        statistics: {
          'snapshot-id': id,
          'statistics-path': 's',
          'file-size-in-bytes': 1,
          'file-footer-size-in-bytes': 1,
          'blob-metadata': [],
        },
      },
    ],
  })
  expect(committed).toMatchObject({
    metadataLocation: `${LOCATION}/metadata/00000.metadata.json`,
    etag: '"2"',
  })
  expect(it.seen[0]?.json).toMatchObject({
    identifier: orders,
    requirements: [{ type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null }],
    updates: [
      { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': id },
      { action: 'set-statistics', 'snapshot-id': id },
    ],
  })
})

test('a success that cannot be read says that the change may have been made', async () => {
  for (const json of [null, {}, loaded({ metadata: { 'format-version': 9 } })]) {
    await using it = await testCatalog({ answer: () => ({ json }) })
    await expect(it.catalog.commitTable(orders, { requirements: [], updates: [] })).rejects.toMatchObject({
      type: 'InvalidAnswer',
      outcomeUnknown: true,
    })
    await expect(it.catalog.loadTable(orders)).rejects.toMatchObject({
      type: 'InvalidAnswer',
      outcomeUnknown: false,
    })
  }
})

test('tables are registered, renamed and dropped', async () => {
  await using it = await testCatalog({
    answer: ({ method }) => (method === 'DELETE' ? { status: 204 } : { json: loaded() }),
  })
  await it.catalog.registerTable(orders, { metadataLocation: 's3://m' })
  await it.catalog.renameTable(orders, { namespace: ['x', 'y'], name: 'z' })
  await it.catalog.dropTable(orders)
  await it.catalog.dropTable(orders, { purge: true })
  expect(it.targets()).toEqual([
    'POST /v1/wh/namespaces/sales/register',
    'POST /v1/wh/tables/rename',
    'DELETE /v1/wh/namespaces/sales/tables/orders',
    'DELETE /v1/wh/namespaces/sales/tables/orders?purgeRequested=true',
  ])
  expect(it.seen.slice(0, 2).map(({ json }) => json)).toEqual([
    { name: 'orders', 'metadata-location': 's3://m' },
    { source: orders, destination: { namespace: ['x', 'y'], name: 'z' } },
  ])
})

test('credentials are loaded with a token or a plan in the query', async () => {
  await using it = await testCatalog({ answer: () => ({ json: { 'storage-credentials': [] } }) })
  expect(await it.catalog.loadCredentials(orders)).toEqual([])
  await it.catalog.loadCredentials(orders, { storageRefreshToken: 'a+b/c=' })
  await it.catalog.loadCredentials(orders, { planId: 'p 1' })
  const path = 'GET /v1/wh/namespaces/sales/tables/orders/credentials'
  expect(it.targets()).toEqual([path, `${path}?storageRefreshToken=a%2Bb%2Fc%3D`, `${path}?planId=p%201`])
})

test('lists go from page to page as they are consumed', async () => {
  const page = (names: readonly string[], next: string | null): Json => ({
    identifiers: names.map((name) => ({ namespace: ['sales'], name })),
    'next-page-token': next,
  })
  await using it = await testCatalog({
    pageSize: 2,
    answer: ({ target }) => {
      const token = new URL(target, 'http://x').searchParams.get('pageToken')
      if (token === '') return { json: page(['a', 'b'], 'after b&') }
      return { json: token === 'after b&' ? page([], 'more') : page(['c'], null) }
    },
  })
  const names: string[] = []
  for await (const { name } of it.catalog.listTables(['sales'])) {
    if (name === 'a') expect(it.seen.length).toBe(1)
    names.push(name)
  }
  expect(names).toEqual(['a', 'b', 'c'])
  expect(it.targets()).toEqual([
    'GET /v1/wh/namespaces/sales/tables?pageToken=&pageSize=2',
    'GET /v1/wh/namespaces/sales/tables?pageToken=after%20b%26&pageSize=2',
    'GET /v1/wh/namespaces/sales/tables?pageToken=more&pageSize=2',
  ])
})

test('a server without pages gives its list in one answer, and one that goes round is an error', async () => {
  await using plain = await testCatalog({ answer: () => ({ json: { namespaces: [['a'], ['b', 'c']] } }) })
  expect(await all(plain.catalog.listNamespaces({ parent: ['p', 'q'] }))).toEqual([['a'], ['b', 'c']])
  expect(plain.targets()).toEqual(['GET /v1/wh/namespaces?pageToken=&parent=p%1Fq'])
  await using round = await testCatalog({
    answer: () => ({ json: { namespaces: [], 'next-page-token': 'again' } }),
  })
  await expect(all(round.catalog.listNamespaces())).rejects.toMatchObject({
    type: 'InvalidAnswer',
  })
  expect(round.seen.length).toBe(2)
})

test('namespaces are created, read, changed and dropped', async () => {
  await using it = await testCatalog({
    answer: ({ target, method }) => {
      if (method === 'DELETE') return { status: 204 }
      if (target.endsWith('/properties')) return { json: { updated: ['a'], removed: ['b'] } }
      return { json: { namespace: ['sales'], properties: { a: '1' } } }
    },
  })
  expect(await it.catalog.createNamespace(['sales'], { a: '1' })).toEqual({ a: '1' })
  expect(await it.catalog.loadNamespace(['sales'])).toEqual({ a: '1' })
  expect(
    await it.catalog.updateNamespaceProperties(['sales'], { updates: { a: '2' }, removals: ['b'] }),
  ).toEqual({
    updated: ['a'],
    removed: ['b'],
    missing: [],
  })
  await it.catalog.dropNamespace(['sales'])
  expect(it.seen.map(({ method, json }) => [method, json])).toEqual([
    ['POST', { namespace: ['sales'], properties: { a: '1' } }],
    ['GET', null],
    ['POST', { updates: { a: '2' }, removals: ['b'] }],
    ['DELETE', null],
  ])
})
