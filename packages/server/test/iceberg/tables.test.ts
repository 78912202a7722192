import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, testServer } from '../server.ts'
import {
  ascending,
  errorBody,
  readLocation,
  readMetadataLocation,
  objectAt,
  schema,
  textAt,
  viewBody,
} from './tables.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
  for (const name of ['sales', 'other'])
    expect((await server.send('POST', 'namespaces', { namespace: [name] })).status).toBe(200)
})
afterAll(() => server[Symbol.asyncDispose]())

const tables = 'namespaces/sales/tables'
const taken = (message: string): object => errorBody(409, 'AlreadyExistsException', message)
const missing = (name: string): object =>
  errorBody(404, 'NoSuchTableException', `Table does not exist: ${name}`)

test('a created table can be loaded, listed and dropped', async () => {
  const created = await server.send('POST', tables, { name: 'orders', schema })
  expect(created).toMatchObject({ status: 200, json: { metadata: { 'format-version': 2 } } })
  const loaded = await server.send('GET', `${tables}/orders`)
  expect(loaded.json).toEqual(created.json)
  expect(loaded.headers.get('etag')).toBe(created.headers.get('etag'))
  expect((await server.send('GET', tables)).json).toMatchObject({
    identifiers: [{ namespace: ['sales'], name: 'orders' }],
  })
  expect((await server.send('HEAD', `${tables}/orders`)).status).toBe(204)
  expect((await server.send('DELETE', `${tables}/orders`)).status).toBe(204)
  expect(await server.send('GET', `${tables}/orders`)).toMatchObject(missing('sales.orders'))
  expect((await server.send('HEAD', `${tables}/orders`)).status).toBe(404)
})

test('a default location is below the root of the warehouse and is random', async () => {
  const [one, two] = await Promise.all(
    ['l1', 'l2'].map((name) => server.send('POST', tables, { name, schema })),
  )
  if (!one || !two) throw new Error('two answers')
  const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
  for (const response of [one, two]) {
    expect(readLocation(response)).toMatch(new RegExp(`^${server.root}/${uuid}$`))
    expect(readMetadataLocation(response)).toMatch(
      new RegExp(`^${server.root}/${uuid}/metadata/00000-${uuid}.metadata.json$`),
    )
    expect(readLocation(response)).not.toContain(textAt(response.json, 'metadata', 'table-uuid'))
  }
  expect(readLocation(one)).not.toBe(readLocation(two))
})

test('every operation on a missing table results in 404', async () => {
  const { send } = server
  for (const [method, path, body] of [
    ['GET', `${tables}/none`, undefined],
    ['POST', `${tables}/none`, { requirements: [], updates: [] }],
    ['DELETE', `${tables}/none`, undefined],
    ['POST', `${tables}/none/unregister`, undefined],
    ['POST', `${tables}/none/metrics`, { 'report-type': 'some-report', report: {} }],
    [
      'POST',
      'tables/rename',
      { source: { namespace: ['sales'], name: 'none' }, destination: { namespace: ['sales'], name: 'x' } },
    ],
    [
      'POST',
      'transactions/commit',
      {
        'table-changes': [
          { identifier: { namespace: ['sales'], name: 'none' }, requirements: [], updates: [] },
        ],
      },
    ],
  ] as const)
    expect(await send(method, path, body), `${method} ${path}`).toMatchObject(missing('sales.none'))
  const gone = errorBody(404, 'NoSuchNamespaceException', 'Namespace does not exist: gone')
  expect(await send('GET', 'namespaces/gone/tables')).toMatchObject(gone)
  expect(await send('POST', 'namespaces/gone/tables', { name: 't', schema })).toMatchObject(gone)
  expect(
    await send('POST', 'namespaces/gone/register', {
      name: 't',
      'metadata-location': `${server.root}/x.json`,
    }),
  ).toMatchObject(gone)
  expect(await send('GET', 'namespaces/gone/tables/t')).toMatchObject(missing('gone.t'))
})

test('a table and a view cannot have the same name, in every operation that sets a name', async () => {
  const { send } = server
  const table = await send('POST', tables, { name: 'table', schema })
  await send('POST', 'namespaces/sales/views', viewBody('view'))
  await send('POST', tables, { name: 'mover', schema })
  const register = (name: string, overwrite: boolean) =>
    send('POST', 'namespaces/sales/register', {
      name,
      'metadata-location': readMetadataLocation(table),
      overwrite,
    })
  const rename = (name: string) =>
    send('POST', 'tables/rename', {
      source: { namespace: ['sales'], name: 'mover' },
      destination: { namespace: ['sales'], name },
    })
  expect(await send('POST', tables, { name: 'table', schema })).toMatchObject(
    taken('Table already exists: sales.table'),
  )
  expect(await send('POST', tables, { name: 'table', schema, 'stage-create': true })).toMatchObject(
    taken('Table already exists: sales.table'),
  )
  expect(await send('POST', tables, { name: 'view', schema })).toMatchObject(
    taken('View with same name already exists: sales.view'),
  )
  expect(await send('POST', 'namespaces/sales/views', viewBody('table'))).toMatchObject(
    taken('Table with same name already exists: sales.table'),
  )
  expect(await send('POST', 'namespaces/sales/views', viewBody('view'))).toMatchObject(
    taken('View already exists: sales.view'),
  )
  expect(await register('table', false)).toMatchObject(taken('Table already exists: sales.table'))
  expect(await register('view', true)).toMatchObject(taken('View with same name already exists: sales.view'))
  expect(await rename('view')).toMatchObject(
    taken('Cannot rename sales.mover to sales.view. View already exists'),
  )
  expect(await rename('table')).toMatchObject(
    taken('Cannot rename sales.mover to sales.table. Table already exists'),
  )
  expect(
    await send('POST', 'views/rename', {
      source: { namespace: ['sales'], name: 'view' },
      destination: { namespace: ['sales'], name: 'table' },
    }),
  ).toMatchObject(taken('Cannot rename sales.view to sales.table. Table already exists'))
})

test('operations on tables do not find views, and operations on views do not find tables', async () => {
  const { send } = server
  await send('POST', tables, { name: 'kind-t', schema })
  await send('POST', 'namespaces/sales/views', viewBody('kind-v'))
  expect(await send('GET', `${tables}/kind-v`)).toMatchObject(missing('sales.kind-v'))
  expect(await send('GET', 'namespaces/sales/views/kind-t')).toMatchObject(
    errorBody(404, 'NoSuchViewException', 'View does not exist: sales.kind-t'),
  )
  expect((await send('DELETE', `${tables}/kind-v`)).status).toBe(404)
  expect((await send('DELETE', 'namespaces/sales/views/kind-t')).status).toBe(404)
  expect((await send('HEAD', `${tables}/kind-v`)).status).toBe(404)
  const names = objectAt((await send('GET', tables)).json)['identifiers']
  expect(JSON.stringify(names)).not.toContain('kind-v')
})

test('only one of 50 concurrent creates of a table succeeds', async () => {
  const responses = await Promise.all(
    Array.from({ length: 50 }, () => server.send('POST', tables, { name: 'one', schema })),
  )
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(1)
  for (const response of responses.filter(({ status }) => status !== 200)) {
    expect(response).toMatchObject(
      errorBody(409, 'AlreadyExistsException', 'Table already exists: sales.one'),
    )
  }
})

test('an invalid body results in 400 with a readable message, never 500', async () => {
  const { send } = server
  const ok = { name: 'w', schema }
  for (const body of [
    null,
    [],
    'x',
    {},
    { name: 'w' },
    { schema },
    { ...ok, name: '' },
    { ...ok, name: '..' },
    { ...ok, name: 'a\u0000b' },
    { ...ok, name: 'x'.repeat(256) },
    { ...ok, schema: { type: 'struct', fields: [{ id: 1, name: 'a', type: 'nonsense', required: true }] } },
    { ...ok, schema: { type: 'struct', fields: [...(schema['fields'] as []), ...(schema['fields'] as [])] } },
    { ...ok, 'stage-create': 'yes' },
    { ...ok, properties: { a: 1 } },
    { ...ok, properties: { 'format-version': '9' } },
    { ...ok, location: '' },
    { ...ok, 'partition-spec': { fields: [{ 'source-id': 99, transform: 'identity', name: 'p' }] } },
  ])
    expect(await send('POST', tables, body as never), JSON.stringify(body)).toMatchObject({
      status: 400,
      json: { error: { code: 400, type: 'BadRequestException', message: expect.stringMatching(/\w/) } },
    })
  expect((await send('HEAD', `${tables}/w`)).status).toBe(404)
})

test('a rename moves a table, also to another namespace, and keeps its location', async () => {
  const { send } = server
  const created = await send('POST', tables, { name: 'from', schema })
  const rename = (source: string, namespace: string, name: string) =>
    send('POST', 'tables/rename', {
      source: { namespace: ['sales'], name: source },
      destination: { namespace: [namespace], name },
    })
  expect((await rename('from', 'other', 'to')).status).toBe(204)
  expect((await send('GET', 'namespaces/other/tables/to')).json).toEqual(created.json)
  expect(await send('GET', `${tables}/from`)).toMatchObject(missing('sales.from'))
  expect(await rename('from', 'other', 'again')).toMatchObject(missing('sales.from'))
  await send('POST', tables, { name: 'stay', schema })
  expect(await rename('stay', 'gone', 'x')).toMatchObject(
    errorBody(404, 'NoSuchNamespaceException', 'Namespace does not exist: gone'),
  )
  expect(
    await send('POST', 'tables/rename', { source: { namespace: ['sales'], name: 'stay' } }),
  ).toMatchObject({ status: 400 })
})

test('only one of two concurrent renames to one name succeeds', async () => {
  const { send } = server
  for (const name of ['r1', 'r2']) await send('POST', tables, { name, schema })
  const responses = await Promise.all(
    ['r1', 'r2'].map((name) =>
      send('POST', 'tables/rename', {
        source: { namespace: ['sales'], name },
        destination: { namespace: ['other'], name: 'goal' },
      }),
    ),
  )
  expect(responses.map(({ status }) => status).toSorted(ascending)).toEqual([204, 409])
})

test('the server accepts metrics reports, also with unusual content', async () => {
  const { send } = server
  await send('POST', tables, { name: 'measured', schema })
  const path = `${tables}/measured/metrics`
  const scan = {
    'report-type': 'scan-report',
    'table-name': 'measured',
    'snapshot-id': 9_223_372_036_854_775_807n,
    filter: true,
    'schema-id': 0,
    'projected-field-ids': [1],
    'projected-field-names': ['id'],
    metrics: {},
  }
  expect(await send('POST', path, scan)).toMatchObject({ status: 204 })
  expect(await send('POST', path, { 'report-type': 'new-kind', anything: [1] })).toMatchObject({
    status: 204,
  })
  for (const odd of [
    { ...scan, 'table-name': 'a\u0000' },
    { ...scan, extra: '\ud800' },
  ])
    expect((await send('POST', path, odd)).status).toBeOneOf([204, 400])
  expect((await send('POST', path, {})).status).toBe(400)
})
