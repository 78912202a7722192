import type { Json } from '@headgate/json'
import { expect, test } from 'vitest'
import { loadBody, LOCATION, metadata, orders, schema, testCatalog } from '../../test/client/catalog.ts'

async function all<T>(list: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = []
  for await (const item of list) items.push(item)
  return items
}

test('loadTable returns metadata with exact 64-bit integers, configuration, credentials and the ETag', async () => {
  const id = 3_055_729_675_574_597_004n
  const snapshot = {
    'snapshot-id': id,
    'timestamp-ms': 1,
    'sequence-number': 1,
    'manifest-list': 'm',
    summary: {},
  }
  await using it = await testCatalog({
    respond: () => ({
      headers: { etag: 'W/"1"' },
      json: loadBody({
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

test('the options of the catalog or of the call decide which storage access is requested', async () => {
  const requestedAccess = async (options: object, call: object): Promise<unknown> => {
    await using it = await testCatalog({ ...options, respond: () => ({ json: loadBody() }) })
    await it.catalog.loadTable(orders, call)
    return it.requests[0]?.headers['x-iceberg-access-delegation']
  }
  expect(await requestedAccess({}, {})).toBe('vended-credentials')
  expect(await requestedAccess({ accessDelegation: [] }, {})).toBe(undefined)
  expect(await requestedAccess({ accessDelegation: ['remote-signing', 'vended-credentials'] }, {})).toBe(
    'remote-signing,vended-credentials',
  )
  expect(await requestedAccess({ accessDelegation: [] }, { accessDelegation: ['remote-signing'] })).toBe(
    'remote-signing',
  )
})

test('createTable with stageCreate sends the definition and returns a staged table', async () => {
  await using it = await testCatalog({ respond: () => ({ json: loadBody({ 'metadata-location': null }) }) })
  const table = await it.catalog.createTable(orders, {
    schema,
    partitionSpec: { fields: [{ name: 'p', transform: 'identity', 'source-id': 1 }] },
    properties: { a: 'b' },
    stageCreate: true,
  })
  expect(table).toMatchObject({ staged: true, metadataLocation: null })
  expect(it.targets()).toEqual(['POST /v1/wh/namespaces/sales/tables'])
  expect(it.requests[0]?.json).toEqual({
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

test('commitTable sends updates in the JSON form of the protocol, with exact 64-bit integers', async () => {
  await using it = await testCatalog({ respond: () => ({ json: loadBody(), headers: { etag: '"2"' } }) })
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
  expect(it.requests[0]?.json).toMatchObject({
    identifier: orders,
    requirements: [{ type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null }],
    updates: [
      { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': id },
      { action: 'set-statistics', 'snapshot-id': id },
    ],
  })
})

test('the error for an invalid response to a commit states that the commit may have succeeded', async () => {
  for (const json of [null, {}, loadBody({ metadata: { 'format-version': 9 } })]) {
    await using it = await testCatalog({ respond: () => ({ json }) })
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

test('registerTable, renameTable and dropTable send the requests that the specification defines', async () => {
  await using it = await testCatalog({
    respond: ({ method }) => (method === 'DELETE' ? { status: 204 } : { json: loadBody() }),
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
  expect(it.requests.slice(0, 2).map(({ json }) => json)).toEqual([
    { name: 'orders', 'metadata-location': 's3://m' },
    { source: orders, destination: { namespace: ['x', 'y'], name: 'z' } },
  ])
})

test('loadCredentials sends the token or the plan id in the query', async () => {
  await using it = await testCatalog({ respond: () => ({ json: { 'storage-credentials': [] } }) })
  expect(await it.catalog.loadCredentials(orders)).toEqual([])
  await it.catalog.loadCredentials(orders, { storageRefreshToken: 'a+b/c=' })
  await it.catalog.loadCredentials(orders, { planId: 'p 1' })
  const path = 'GET /v1/wh/namespaces/sales/tables/orders/credentials'
  expect(it.targets()).toEqual([path, `${path}?storageRefreshToken=a%2Bb%2Fc%3D`, `${path}?planId=p%201`])
})

test('listTables fetches each page when the iteration reaches it', async () => {
  const page = (names: readonly string[], next: string | null): Json => ({
    identifiers: names.map((name) => ({ namespace: ['sales'], name })),
    'next-page-token': next,
  })
  await using it = await testCatalog({
    pageSize: 2,
    respond: ({ target }) => {
      const token = new URL(target, 'http://x').searchParams.get('pageToken')
      if (token === '') return { json: page(['a', 'b'], 'after b&') }
      return { json: token === 'after b&' ? page([], 'more') : page(['c'], null) }
    },
  })
  const names: string[] = []
  for await (const { name } of it.catalog.listTables(['sales'])) {
    if (name === 'a') expect(it.requests.length).toBe(1)
    names.push(name)
  }
  expect(names).toEqual(['a', 'b', 'c'])
  expect(it.targets()).toEqual([
    'GET /v1/wh/namespaces/sales/tables?pageToken=&pageSize=2',
    'GET /v1/wh/namespaces/sales/tables?pageToken=after%20b%26&pageSize=2',
    'GET /v1/wh/namespaces/sales/tables?pageToken=more&pageSize=2',
  ])
})

test('listNamespaces accepts a response without a page token, and refuses a repeated page token', async () => {
  await using plain = await testCatalog({ respond: () => ({ json: { namespaces: [['a'], ['b', 'c']] } }) })
  expect(await all(plain.catalog.listNamespaces({ parent: ['p', 'q'] }))).toEqual([['a'], ['b', 'c']])
  expect(plain.targets()).toEqual(['GET /v1/wh/namespaces?pageToken=&parent=p%1Fq'])
  await using round = await testCatalog({
    respond: () => ({ json: { namespaces: [], 'next-page-token': 'again' } }),
  })
  await expect(all(round.catalog.listNamespaces())).rejects.toMatchObject({
    type: 'InvalidAnswer',
  })
  expect(round.requests.length).toBe(2)
})

test('the methods for namespaces create, load, change and drop a namespace', async () => {
  await using it = await testCatalog({
    respond: ({ target, method }) => {
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
  expect(it.requests.map(({ method, json }) => [method, json])).toEqual([
    ['POST', { namespace: ['sales'], properties: { a: '1' } }],
    ['GET', null],
    ['POST', { updates: { a: '2' }, removals: ['b'] }],
    ['DELETE', null],
  ])
})
