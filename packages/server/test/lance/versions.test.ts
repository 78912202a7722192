import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestCaller, type TestServer, testServer } from '../server.ts'
import { lanceError, type LanceSend, lanceSend, locationOf, writeVersion } from './lance.ts'

let server: TestServer
let lance: LanceSend
let reader: TestCaller
let location: string

/** Writes a file of the table, as a client of Lance does. */
async function writeFileOf(path: string, content: object): Promise<void> {
  const file = new URL(location).pathname + path
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, JSON.stringify(content))
}

const v2 = (version: number): string => `${2n ** 64n - 1n - BigInt(version)}.manifest`

beforeAll(async () => {
  server = await testServer()
  lance = lanceSend(server.send)
  reader = await server.caller('reader')
  await lance('namespace/sales/create')
  location = locationOf(await lance('table/sales$orders/declare'))
  for (const version of [1, 2, 3, 4]) await writeVersion(server, location, v2(version))
  await writeVersion(server, `${location}/tree/dev/x`, v2(5))
  await writeFileOf('/_refs/branches/dev%2Fx.json', {
    parentBranch: null,
    parentVersion: 4,
    createAt: 1_795_557_349,
    manifestSize: 369,
  })
  const { json } = await server.send(
    'GET',
    '/management/v1/warehouses/lakehouse/relation?namespace=sales&relation=orders',
  )
  await server.grant({
    privilege: 'select',
    on: { kind: 'relation', id: (json as { id: string }).id },
    to: reader,
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const versionsOf = ({ json }: { json: unknown }): number[] =>
  (json as { versions: { version: number }[] }).versions.map(({ version }) => version)

test('versions are listed in both orders and in pages', async () => {
  const list = (query: string) => lance(`table/sales$orders/version/list${query}`)
  expect(versionsOf(await list(''))).toEqual([1, 2, 3, 4])
  expect(versionsOf(await list('?descending=true'))).toEqual([4, 3, 2, 1])
  const first = await list('?descending=true&limit=3')
  expect(versionsOf(first)).toEqual([4, 3, 2])
  const { page_token: token } = first.json as { page_token: string }
  expect(versionsOf(await list(`?descending=true&limit=3&page_token=${token}`))).toEqual([1])
  expect((await list('?limit=1')).json).toMatchObject({
    versions: [
      {
        version: 1,
        manifest_path: `${new URL(location).pathname.slice(1)}/_versions/${v2(1)}`,
        manifest_size: 833,
        timestamp_millis: expect.any(Number) as number,
      },
    ],
  })
  expect(versionsOf(await list('?branch=dev/x'))).toEqual([5])
  expect(await list('?branch=none')).toMatchObject(
    lanceError(404, 22, 'Table sales.orders has no branch none.'),
  )
  expect(await list('?branch=../../other')).toMatchObject(lanceError(400, 13))
})

test('a table with manifests of the naming scheme V1 has the same list', async () => {
  const at = locationOf(await lance('table/sales$old/declare'))
  for (const version of [1, 2, 10, 9]) await writeVersion(server, at, `${version}.manifest`)
  expect(versionsOf(await lance('table/sales$old/version/list?descending=true&limit=2'))).toEqual([10, 9])
  expect(await lance('table/sales$old/version/describe')).toMatchObject({
    status: 200,
    json: { version: { version: 10 } },
  })
})

test('one version is described by its number, by a branch, and as the latest', async () => {
  const describe = (body: object) => lance('table/sales$orders/version/describe', body as never)
  expect((await describe({})).json).toMatchObject({ version: { version: 4 } })
  expect((await describe({ version: 2 })).json).toMatchObject({ version: { version: 2 } })
  expect((await describe({ branch: 'dev/x' })).json).toMatchObject({ version: { version: 5 } })
  expect(await describe({ version: 9 })).toMatchObject(lanceError(404, 11))
  await lance('table/sales$empty/declare')
  expect(await lance('table/sales$empty/version/describe')).toMatchObject(lanceError(404, 11))
  expect((await lance('table/sales$empty/version/list')).json).toEqual({ versions: [] })
})

test('rows, statistics and indices come from the manifest', async () => {
  const count = await lance('table/sales$orders/count_rows')
  expect(count.json).toBe(330)
  expect((await lance('GET table/sales$orders/count_rows')).json).toBe(330)
  expect(await lance('table/sales$orders/count_rows', { predicate: 'id > 1' })).toMatchObject(
    lanceError(406, 0),
  )
  expect((await lance('table/sales$orders/stats')).json).toEqual({
    total_bytes: 8755,
    num_rows: 330,
    num_indices: 1,
    fragment_stats: {
      num_fragments: 2,
      num_small_fragments: 2,
      lengths: { min: 40, max: 290, mean: 165, p25: 40, p50: 40, p75: 290, p99: 290 },
    },
  })
  expect((await lance('table/sales$orders/index/list')).json).toEqual({
    indexes: [
      {
        index_name: 'id_idx',
        index_uuid: '067f0033-1b9b-40db-a2a9-81b621598f20',
        columns: ['id'],
        status: 'SUCCEEDED',
        index_type: 'BTree',
        type_url: '/lance.table.BTreeIndexDetails',
        num_segments: 1,
      },
    ],
  })
  expect(await lance('table/sales$orders/index/other/stats', {})).toMatchObject(lanceError(406, 0))
})

test('tags are created, moved, read and deleted', async () => {
  const tag = (operation: string, body: object) =>
    lance(`table/sales$orders/tags/${operation}`, body as never)
  expect(await tag('create', { tag: 'v1', version: 1 })).toMatchObject({ status: 200 })
  expect(await tag('create', { tag: 'v1', version: 2 })).toMatchObject(
    lanceError(409, 9, 'Table sales.orders has a tag v1. Update it, or choose another name.'),
  )
  expect(await tag('create', { tag: 'v9', version: 9 })).toMatchObject(lanceError(404, 11))
  expect(await tag('create', { tag: '../v', version: 1 })).toMatchObject(lanceError(400, 13))
  expect(await tag('create', { tag: 'b', version: 5, branch: 'dev/x' })).toMatchObject({ status: 200 })
  expect((await tag('version', { tag: 'v1' })).json).toEqual({ version: 1 })
  expect((await tag('version', { tag: 'b' })).json).toEqual({ version: 5, branch: 'dev/x' })
  expect(await tag('update', { tag: 'v1', version: 3 })).toMatchObject({ status: 200 })
  expect(await tag('update', { tag: 'none', version: 3 })).toMatchObject(lanceError(404, 8))
  expect((await lance('table/sales$orders/tags/list')).json).toEqual({
    tags: {
      b: { version: 5, branch: 'dev/x', manifestSize: 833 },
      v1: { version: 3, manifestSize: 833 },
    },
  })
  expect((await lance('GET table/sales$orders/tags/list?limit=1')).json).toMatchObject({
    tags: { b: { version: 5 } },
    page_token: expect.any(String) as string,
  })
  expect((await lance('table/sales$orders/describe', { tag: 'v1' })).json).toMatchObject({
    location,
    version: 4,
  })
  expect(await lance('table/sales$orders/describe', { tag: 'none' })).toMatchObject(lanceError(404, 8))
  expect(await lance('table/sales$orders/describe', { tag: 'v1', version: 1 })).toMatchObject(
    lanceError(400, 13),
  )
  expect(await tag('delete', { tag: 'v1' })).toMatchObject({ status: 200 })
  expect(await tag('delete', { tag: 'v1' })).toMatchObject(lanceError(404, 8))
})

test('branches are listed', async () => {
  expect((await lance('table/sales$orders/branches/list')).json).toEqual({
    branches: { 'dev/x': { parentVersion: 4, createAt: 1_795_557_349, manifestSize: 369 } },
  })
})

test('a reader reads versions and tags, and changes no tag', async () => {
  const read = lanceSend(reader.send)
  await lance('table/sales$orders/tags/create', { tag: 'kept', version: 1 })
  for (const path of ['version/list', 'version/describe', 'stats', 'count_rows', 'index/list', 'tags/list'])
    expect((await read(`table/sales$orders/${path}`)).status, path).toBe(200)
  for (const [path, body] of [
    ['create', { tag: 'x', version: 1 }],
    ['update', { tag: 'kept', version: 2 }],
    ['delete', { tag: 'kept' }],
  ] as const)
    expect(await read(`table/sales$orders/tags/${path}`, body), path).toMatchObject(lanceError(403, 15))
  for (const path of ['version/list', 'stats', 'tags/list'])
    expect(await read(`table/sales$old/${path}`), path).toMatchObject(lanceError(404, 4))
})

test('a damaged manifest or tag is reported, and does not end the server', async () => {
  const at = locationOf(await lance('table/sales$damaged/declare'))
  const file = `${new URL(at).pathname}/_versions/${v2(1)}`
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, 'not a manifest')
  expect(await lance('table/sales$damaged/count_rows')).toMatchObject(lanceError(409, 19))
  await writeFileOf('/_refs/tags/broken.json', [1])
  expect(await lance('table/sales$orders/describe', { tag: 'broken' })).toMatchObject(lanceError(404, 11))
})
