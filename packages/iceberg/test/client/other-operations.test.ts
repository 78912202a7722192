import { expect, test } from 'vitest'
import { loadBody, orders, errorResponse, testCatalog } from './catalog.ts'
import { InvalidAnswerError, NoSuchFunctionError } from '../../src/client/index.ts'

const at = '/v1/wh/namespaces/sales/tables/orders'

test('the client sends a storage request to the signing endpoint with the token and the headers from the server', async () => {
  await using it = await testCatalog({
    respond: ({ target }) =>
      target.endsWith('/sign')
        ? {
            headers: { 'cache-control': 'private' },
            json: { uri: 'https://s3/signed', headers: { Authorization: ['AWS4'], 'x-amz-date': ['now'] } },
          }
        : {
            json: loadBody({
              'remote-signing-config': { properties: { token: 'T' }, headers: { 'x-tenant': ['t1'] } },
            }),
          },
  })
  const table = await it.catalog.loadTable(orders, { accessDelegation: ['remote-signing'] })
  const request = { region: 'r', uri: 'https://s3/o', method: 'GET', headers: { 'x-a': ['b'] } } as const
  expect(await it.catalog.signRequest(table, request)).toEqual({
    uri: 'https://s3/signed',
    headers: { Authorization: ['AWS4'], 'x-amz-date': ['now'] },
    reusable: true,
  })
  expect(it.targets()[1]).toBe(`POST ${at}/sign`)
  expect(it.requests[1]).toMatchObject({
    headers: { 'x-tenant': 't1' },
    json: { ...request, properties: { token: 'T' } },
  })
  expect(it.requests[1]?.headers['idempotency-key']).toBeUndefined()
  await it.catalog.signRequest(orders, { ...request, body: '<Delete/>', provider: 's3' })
  expect(it.requests[2]?.json).toEqual({ ...request, body: '<Delete/>', provider: 's3' })
})

test('SQL functions are listed by namespace and loaded by name', async () => {
  const metadata = {
    'function-uuid': 'u',
    'format-version': 1,
    definitions: [
      {
        'definition-id': 'int',
        parameters: [{ name: 'x', type: 'int' }],
        'return-type': 'int',
        versions: [{ 'version-id': 1, representations: [], 'timestamp-ms': 9_007_199_254_740_993n }],
        'current-version-id': 1,
        'function-type': 'udf',
      },
    ],
    'definition-log': [],
  }
  await using it = await testCatalog({
    respond: ({ target }) => ({
      json: target.includes('/functions/') ? { metadata } : { identifiers: [['sales', 'double']] },
    }),
  })
  const names = []
  for await (const name of it.catalog.listFunctions(['sales'])) names.push(name)
  expect(names).toEqual([{ namespace: ['sales'], name: 'double' }])
  const double = { namespace: ['sales'], name: 'double' }
  expect(await it.catalog.loadFunction(double)).toEqual({
    identifier: double,
    metadataLocation: null,
    metadata,
  })
  expect(it.targets()).toEqual([
    'GET /v1/wh/namespaces/sales/functions?pageToken=',
    'GET /v1/wh/namespaces/sales/functions/double',
  ])
  await using gone = await testCatalog({ respond: () => errorResponse(404, 'NoSuchFunctionException') })
  await expect(gone.catalog.loadFunction(double)).rejects.toBeInstanceOf(NoSuchFunctionError)
  await using broken = await testCatalog({ respond: () => ({ json: { metadata: {}, identifiers: [[]] } }) })
  await expect(broken.catalog.loadFunction(double)).rejects.toBeInstanceOf(InvalidAnswerError)
  await expect(broken.catalog.listFunctions(['sales']).pages().next()).rejects.toBeInstanceOf(
    InvalidAnswerError,
  )
})

test('the client sends a metrics report unchanged and only once', async () => {
  const report = {
    'report-type': 'commit-report',
    'table-name': 'sales.orders',
    'snapshot-id': 9_007_199_254_740_993n,
    'sequence-number': 1,
    operation: 'append',
    metrics: { attempts: { unit: 'count', value: 1 } },
  } as const
  await using it = await testCatalog({ respond: () => ({ status: 204 }) })
  await it.catalog.reportMetrics(orders, report)
  expect(it.targets()).toEqual([`POST ${at}/metrics`])
  expect(it.requests[0]?.json).toEqual(report)
  await using broken = await testCatalog({ respond: () => errorResponse(500, 'X') })
  await expect(broken.catalog.reportMetrics(orders, report)).rejects.toMatchObject({ outcomeUnknown: true })
  expect(broken.requests.length).toBe(1)
})

test('unregisterTable returns the last metadata of the table', async () => {
  await using it = await testCatalog({ respond: () => ({ json: loadBody() }) })
  const table = await it.catalog.unregisterTable(orders)
  expect(table).toMatchObject({ identifier: orders, metadataLocation: loadBody()['metadata-location'] })
  expect(it.targets()).toEqual([`POST ${at}/unregister`])
})

test('the client reads a list page by page from any page token, and refuses a page token that repeats', async () => {
  const pages: Record<string, object> = {
    '': { identifiers: [orders], 'next-page-token': 'a b' },
    'a b': { identifiers: [], 'next-page-token': 'c' },
    c: { identifiers: [{ ...orders, name: 'last' }], 'next-page-token': '' },
    round: { identifiers: [], 'next-page-token': 'round' },
  }
  await using it = await testCatalog({
    respond: ({ target }) => ({
      json: { ...pages[new URL(target, 'http://x').searchParams.get('pageToken') ?? ''] },
    }),
  })
  const list = it.catalog.listTables(['sales'], { pageSize: 1 })
  for (let times = 0; times < 2; times++) {
    const names: string[] = []
    for await (const { name } of list) names.push(name)
    expect(names).toEqual(['orders', 'last'])
  }
  const tokens: (string | null)[] = []
  for await (const page of it.catalog.listTables(['sales'], { pageToken: 'a b' }).pages())
    tokens.push(page.nextPageToken)
  expect(tokens).toEqual(['c', null])
  expect(it.targets()[1]).toBe('GET /v1/wh/namespaces/sales/tables?pageToken=a%20b&pageSize=1')
  const round = it.catalog.listTables(['sales'], { pageToken: 'round' }).pages()
  await expect(round.next().then(() => round.next())).rejects.toThrow('the same next-page-token twice')
})
