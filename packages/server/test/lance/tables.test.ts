import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schema } from '../iceberg/tables.ts'
import { type TestServer, testServer } from '../server.ts'
import { lanceError, type LanceSend, lanceSend, locationOf, writeVersion } from './lance.ts'

let server: TestServer
let lance: LanceSend
beforeAll(async () => {
  server = await testServer()
  lance = lanceSend(server.send)
  for (const name of ['sales', 'other'])
    expect(await lance(`namespace/${name}/create`)).toMatchObject({ status: 200 })
})
afterAll(() => server[Symbol.asyncDispose]())

test('a declared Lance table is listed and described, and its location ends with its name', async () => {
  const declared = await lance('table/sales$orders/declare', { properties: { team: 'core' } })
  expect(declared).toMatchObject({ status: 200, json: { properties: { team: 'core' } } })
  expect(locationOf(declared)).toMatch(new RegExp(`^${server.root}/[0-9a-f-]{36}/orders\\.lance$`))
  expect(await lance('table/sales$orders/describe')).toMatchObject({
    status: 200,
    json: { location: locationOf(declared), properties: { team: 'core' } },
  })
  expect((await lance('GET namespace/sales/table/list')).json).toEqual({ tables: ['orders'] })
  expect(await lance('table/sales$orders/exists')).toMatchObject({ status: 200 })
  expect(await lance('table/sales$orders/declare')).toMatchObject(
    lanceError(409, 5, 'Lance table already exists: sales.orders'),
  )
})

test('the description of a Lance table contains the version and schema of the newest manifest', async () => {
  const declared = await lance('table/sales$detailed/declare')
  const described = (body: object, query = '') =>
    lance(`table/sales$detailed/describe${query}`, body as never)
  expect((await described({ check_declared: true })).json).toMatchObject({ is_only_declared: true })
  expect((await described({ load_detailed_metadata: true })).json).toMatchObject({ is_only_declared: true })
  await writeVersion(server, locationOf(declared))
  expect((await described({ check_declared: true })).json).toMatchObject({ is_only_declared: false })
  const detailed = {
    table: 'detailed',
    namespace: ['sales'],
    version: 4,
    is_only_declared: false,
    stats: { num_deleted_rows: 20, num_fragments: 2 },
    metadata: { total_rows: '330' },
    schema: { fields: [{ name: 'id', type: { type: 'int64' } }, { name: 'name' }, { name: 'v' }] },
  }
  expect((await described({ load_detailed_metadata: true })).json).toMatchObject(detailed)
  expect((await described({}, '?load_detailed_metadata=true')).json).toMatchObject(detailed)
  expect((await described({ version: 4 })).json).toMatchObject({ version: 4 })
  expect(await described({ version: 5 })).toMatchObject(
    lanceError(404, 11, 'Table sales.detailed has no version 5.'),
  )
  expect(await lance('table/sales$detailed/exists', { version: 4 })).toMatchObject({ status: 200 })
  expect(await lance('table/sales$detailed/exists', { version: 9 })).toMatchObject({ status: 404 })
  expect((await described({ with_table_uri: true })).json).toMatchObject({ table_uri: locationOf(declared) })
})

test('a list without declared tables contains only Lance tables with a version', async () => {
  await lance('namespace/written/create')
  for (const name of ['a', 'b', 'c']) {
    const declared = await lance(`table/written$${name}/declare`)
    if (name !== 'b') await writeVersion(server, locationOf(declared))
  }
  const list = (query: string) => lance(`GET namespace/written/table/list${query}`)
  expect((await list('')).json).toEqual({ tables: ['a', 'b', 'c'] })
  expect((await list('?include_declared=false')).json).toEqual({ tables: ['a', 'c'] })
})

test('a dropped Lance table can be restored, and keeps its location and properties', async () => {
  const declared = await lance('table/sales$dropped/declare', { properties: { a: 'b' } })
  const location = locationOf(declared)
  const dropped = await lance('table/sales$dropped/drop')
  expect(dropped).toMatchObject({
    status: 200,
    json: { id: ['sales', 'dropped'], location, properties: { a: 'b' } },
  })
  expect(await lance('table/sales$dropped/describe')).toMatchObject(lanceError(404, 4))
  const listed = await server.send('GET', '/management/v1/warehouses/lakehouse/dropped')
  const { dropped: rows } = listed.json as { dropped: { id: string; name: string; kind: string }[] }
  const row = rows.find(({ name }) => name === 'dropped')
  expect(row).toMatchObject({ kind: 'lance-table', location, purge: true })
  expect(
    await server.send('POST', `/management/v1/warehouses/lakehouse/dropped/${row?.id}/restore`, {}),
  ).toMatchObject({ status: 200 })
  expect((await lance('table/sales$dropped/describe')).json).toMatchObject({
    location,
    properties: { a: 'b' },
  })
})

test('a deregistered Lance table keeps its files, and its location can be registered again', async () => {
  const declared = await lance('table/sales$left/declare')
  const location = locationOf(declared)
  await writeVersion(server, location)
  expect(await lance('table/sales$left/deregister')).toMatchObject({
    status: 200,
    json: { id: ['sales', 'left'], location },
  })
  expect(existsSync(new URL(location).pathname)).toBe(true)
  const relative = location.slice(server.root.length + 1)
  expect(await lance('table/sales$found/register', { location: relative })).toMatchObject({
    status: 200,
    json: { location: relative },
  })
  expect((await lance('table/sales$found/describe', { load_detailed_metadata: true })).json).toMatchObject({
    location,
    version: 4,
  })
  expect(await lance('table/sales$found/register', { location: relative })).toMatchObject(lanceError(409, 5))
})

test('registering a Lance table requires a manifest, a free location, and in the mode Overwrite an existing Lance table', async () => {
  const first = locationOf(await lance('table/sales$one/declare'))
  expect(await lance('table/sales$two/register', { location: 'empty.lance' })).toMatchObject(
    lanceError(400, 13),
  )
  expect(await lance('table/sales$two/register', { location: first })).toMatchObject(lanceError(400, 13))
  expect(await lance('table/sales$two/register', { location: 's3://other/t.lance' })).toMatchObject(
    lanceError(403, 15),
  )
  await writeVersion(server, 'copied.lance')
  const overwritten = await lance('table/sales$one/register', { location: 'copied.lance', mode: 'overwrite' })
  expect(overwritten).toMatchObject({ status: 200 })
  expect((await lance('table/sales$one/describe')).json).toMatchObject({
    location: `${server.root}/copied.lance`,
  })
})

test('a renamed Lance table keeps its location, also in another namespace and in the root namespace', async () => {
  const location = locationOf(await lance('table/sales$old/declare'))
  expect(await lance('table/sales$old/rename', { new_table_name: 'new' })).toMatchObject({ status: 200 })
  expect(await lance('table/sales$old/exists')).toMatchObject(lanceError(404, 4))
  const moved = { new_table_name: 'new', new_namespace_id: ['other'] }
  expect(await lance('table/sales$new/rename', moved)).toMatchObject({ status: 200 })
  expect((await lance('table/other$new/describe')).json).toMatchObject({ location })
  await lance('table/sales$taken/declare')
  expect(
    await lance('table/other$new/rename', { new_table_name: 'taken', new_namespace_id: ['sales'] }),
  ).toMatchObject(lanceError(409, 5))
})

test('Lance tables of the root namespace are tables of the namespace default', async () => {
  expect((await lance('GET namespace/$/table/list')).json).toEqual({ tables: [] })
  const location = locationOf(await lance('table/rooted/declare'))
  expect((await lance('table/default$rooted/describe')).json).toMatchObject({ location })
  expect((await lance('GET namespace/$/table/list')).json).toEqual({ tables: ['rooted'] })
  const all = (await lance('GET table')).json as { tables: string[] }
  expect(all.tables).toEqual(expect.arrayContaining(['rooted', 'sales$orders', 'other$new']))
})

test('lists of the Lance Namespace have pages, and a limit of 0 returns an empty page', async () => {
  await lance('namespace/paged/create')
  for (const name of ['a', 'b', 'c']) await lance(`table/paged$${name}/declare`)
  const pages: string[][] = []
  let token: string | undefined = ''
  while (token !== undefined) {
    const { json } = await lance(`GET namespace/paged/table/list?limit=2&page_token=${token}`)
    const page = json as { tables: string[]; page_token?: string }
    pages.push(page.tables)
    token = page.page_token
  }
  expect(pages).toEqual([['a', 'b'], ['c']])
  expect((await lance('GET namespace/paged/table/list?limit=0')).json).toEqual({ tables: [] })
  expect(await lance('GET namespace/paged/table/list?limit=-1')).toMatchObject(lanceError(400, 13))
  expect(await lance('GET namespace/paged/table/list?page_token=x')).toMatchObject(lanceError(400, 13))
  const { json } = await lance('GET table?limit=1')
  expect(json).toMatchObject({ tables: [expect.any(String)], page_token: expect.any(String) })
})

test.each([
  ['table/sales%24a+b/declare', { id: ['sales', 'a b'] }],
  ['table/sales|a$b/declare?delimiter=|', { id: ['sales', 'a$b'] }],
  ['table/sales%24%C3%BCn%C3%AF/declare', null],
  ['table/sales$100%25%20%2B/declare', { id: ['sales', '100% +'] }],
  // DuckDB joins the names of the identifier with the delimiter, and sends the result as one name.
  ['table/sales$ducked/declare', { id: ['sales$ducked'] }],
])('the path %s of the Lance Namespace with the body %j names a table', async (path, body) => {
  expect(await lance(path, body)).toMatchObject({ status: 200 })
  expect(await lance(path.replace('declare', 'drop'))).toMatchObject({ status: 200 })
})

test.each([
  ['table/sales$x/describe', { id: ['sales', 'y'] }, 'differs from the identifier'],
  ['table/sales$$x/describe', undefined, 'empty'],
  ['table/$/describe', undefined, 'names the root'],
  ['table/sales$%zz/describe', undefined, 'percent-encoding'],
  ['table/sales$a%0Ab/declare', undefined, 'control character'],
  ['table/sales$x/describe', { version: 'one' }, 'version: expected a 64-bit integer'],
  ['table/sales$x/describe', [1], 'expected an object'],
  ['namespace/$/drop', undefined, 'root namespace cannot be dropped'],
  ['namespace/x/create', { mode: 'replace' }, 'mode must be one of'],
])(
  'the request %s of the Lance Namespace with the body %j is refused with 400',
  async (path, body, message) => {
    const { status, json } = await lance(path, body)
    expect({ status, json }).toMatchObject({ status: 400, json: { code: 13 } })
    expect((json as { error: string }).error).toContain(message)
  },
)

test('a Lance table and Iceberg relations share their names and are hidden from each other', async () => {
  const { send } = server
  await lance('namespace/mixed/create')
  await send('POST', 'namespaces/mixed/tables', { name: 'berg', schema })
  await lance('table/mixed$lance/declare')
  expect((await send('GET', 'namespaces/mixed/tables')).json).toMatchObject({
    identifiers: [{ name: 'berg' }],
  })
  expect((await lance('GET namespace/mixed/table/list')).json).toEqual({ tables: ['lance'] })

  const taken = /^Lance table with same name already exists: mixed\.lance$/
  const requests: [string, string, object | undefined, number][] = [
    ['GET', 'namespaces/mixed/tables/lance', undefined, 404],
    ['GET', 'namespaces/mixed/tables/lance/credentials', undefined, 404],
    ['POST', 'namespaces/mixed/tables/lance', { requirements: [], updates: [] }, 404],
    ['DELETE', 'namespaces/mixed/tables/lance', undefined, 404],
    ['DELETE', 'namespaces/mixed/tables/lance?purgeRequested=true', undefined, 404],
    ['POST', 'namespaces/mixed/tables/lance/unregister', undefined, 404],
    ['GET', 'namespaces/mixed/views/lance', undefined, 404],
    ['DELETE', 'namespaces/mixed/views/lance', undefined, 404],
    [
      'POST',
      'tables/rename',
      {
        source: { namespace: ['mixed'], name: 'lance' },
        destination: { namespace: ['mixed'], name: 'x' },
      },
      404,
    ],
    [
      'POST',
      'transactions/commit',
      {
        'table-changes': [
          { identifier: { namespace: ['mixed'], name: 'lance' }, requirements: [], updates: [] },
        ],
      },
      404,
    ],
  ]
  for (const [method, path, body, status] of requests)
    expect((await send(method, path, body as never)).status, `${method} ${path}`).toBe(status)
  for (const [path, body] of [
    ['namespaces/mixed/tables', { name: 'lance', schema }],
    [
      'tables/rename',
      {
        source: { namespace: ['mixed'], name: 'berg' },
        destination: { namespace: ['mixed'], name: 'lance' },
      },
    ],
  ] as const)
    expect((await send('POST', path, body as never)).status, path).toBe(409)
  const conflict = await send('POST', 'namespaces/mixed/tables', { name: 'lance', schema })
  expect((conflict.json as { error: { message: string } }).error.message).toMatch(taken)

  for (const operation of ['describe', 'exists', 'drop', 'deregister'])
    expect(await lance(`table/mixed$berg/${operation}`), operation).toMatchObject(lanceError(404, 4))
  expect(await lance('table/mixed$berg/rename', { new_table_name: 'x' })).toMatchObject(lanceError(404, 4))
  expect(await lance('table/mixed$berg/declare')).toMatchObject(
    lanceError(409, 5, 'Table with same name already exists: mixed.berg'),
  )
  await writeVersion(server, 'over-berg.lance')
  expect(
    await lance('table/mixed$berg/register', { location: 'over-berg.lance', mode: 'Overwrite' }),
  ).toMatchObject(lanceError(409, 5))
})

test('the metadata file of an Iceberg table with the id of a dropped Lance table restores nothing', async () => {
  const { send } = server
  await lance('table/sales$victim/declare')
  await lance('table/sales$victim/drop')
  const listed = await send('GET', '/management/v1/warehouses/lakehouse/dropped')
  const { dropped } = listed.json as { dropped: { id: string; name: string }[] }
  const uuid = dropped.find(({ name }) => name === 'victim')?.id ?? ''
  const created = await send('POST', 'namespaces/sales/tables', { name: 'source', schema })
  const { metadata } = created.json as { metadata: Record<string, unknown> }
  const { writeFile } = await import('node:fs/promises')
  const file = `${server.root}/forged.metadata.json`
  await writeFile(
    new URL(file),
    JSON.stringify({ ...metadata, 'table-uuid': uuid, location: `${server.root}/forged` }),
  )
  const registered = await send('POST', 'namespaces/sales/register', {
    name: 'forged',
    'metadata-location': file,
  })
  expect(registered.status).toBe(409)
})
