import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { JsonObject } from '@headgate/json'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { type TestCaller, type TestServer, testServer } from '../server.ts'
import {
  lanceError,
  type LanceSend,
  lanceSend,
  locationOf,
  manifestOf,
  manifestPath,
  stageVersion,
} from './lance.ts'

let server: TestServer
let lance: LanceSend
let reader: TestCaller
let count = 0

beforeAll(async () => {
  server = await testServer()
  lance = lanceSend(server.send)
  reader = await server.caller('reader')
  await lance('namespace/sales/create')
})
afterAll(() => server[Symbol.asyncDispose]())

interface Table {
  readonly id: string
  readonly name: string
  readonly location: string
}

async function declared(): Promise<Table> {
  const name = `t${(count += 1)}`
  const location = locationOf(await lance(`table/sales$${name}/declare`))
  return { id: `sales$${name}`, name, location }
}

async function create({ id, location }: Table, version: number, label: string, more: JsonObject = {}) {
  const { body } = await stageVersion(location, version, label)
  return await lance(`table/${id}/version/create`, { ...body, ...more })
}

async function versionsOf({ id }: Table, query = ''): Promise<number[]> {
  const { json } = await lance(`table/${id}/version/list${query}`)
  return (json as { versions: { version: number }[] }).versions.map(({ version }) => version)
}

async function filesOf({ location }: Table): Promise<string[]> {
  return (await readdir(dirname(manifestPath(location, 1)))).toSorted()
}

async function eventsOf({ name }: Table): Promise<unknown[]> {
  const { json } = await server.send('GET', `/management/v1/audit?object=lakehouse:sales.${name}`)
  return (json as { events: { operation: string; outcome: string }[] }).events
    .filter(({ outcome }) => outcome === 'allowed')
    .map(({ operation }) => operation)
}

test('a version is committed under its final name, with its metadata and its audit event', async () => {
  const table = await declared()
  expect(await create(table, 1, 'a', { metadata: { job: 'x' } })).toMatchObject({
    status: 200,
    json: {
      version: {
        version: 1,
        manifest_path: manifestPath(table.location, 1).slice(1),
        manifest_size: manifestOf(1, 'a').length,
        metadata: { job: 'x' },
      },
    },
  })
  expect((await create(table, 2, 'b')).status).toBe(200)
  expect(await versionsOf(table, '?descending=true')).toEqual([2, 1])
  expect((await lance(`table/${table.id}/version/describe`, { version: 1 })).json).toMatchObject({
    version: { version: 1, metadata: { job: 'x' } },
  })
  await expect
    .poll(() => filesOf(table))
    .toEqual(
      [manifestPath(table.location, 2), manifestPath(table.location, 1)].map((path) =>
        path.split('/').at(-1),
      ),
    )
  expect(await eventsOf(table)).toEqual([
    'lanceCreateTableVersion',
    'lanceCreateTableVersion',
    'lanceDeclareTable',
  ])
})

test('a version that does not follow the latest one is refused with code 14', async () => {
  const table = await declared()
  expect(await create(table, 2, 'a')).toMatchObject(lanceError(409, 14))
  await create(table, 1, 'a')
  expect(await create(table, 1, 'b')).toMatchObject(lanceError(409, 14))
  expect(await create(table, 3, 'b')).toMatchObject(lanceError(409, 14))
  expect(await versionsOf(table)).toEqual([1])
})

test('a repeated request succeeds, also when the staged manifest was deleted', async () => {
  const table = await declared()
  const { body } = await stageVersion(table.location, 1, 'a')
  const send = () => lance(`table/${table.id}/version/create`, body)
  const first = await send()
  expect(first.status).toBe(200)
  await expect.poll(async () => (await filesOf(table)).length).toBe(1)
  const { timestamp_millis: _, ...version } = (first.json as { version: JsonObject }).version
  expect(await send()).toMatchObject({ status: 200, json: { version } })
  expect((await eventsOf(table)).length).toBe(2)
})

test('exactly one of several concurrent requests for a version succeeds', async () => {
  const table = await declared()
  const labels = ['a', 'b', 'c', 'd', 'e', 'f']
  const responses = await Promise.all(labels.map((label) => create(table, 1, label)))
  expect(responses.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409, 409, 409])
  const winner = labels[responses.findIndex(({ status }) => status === 200)] ?? ''
  expect(await readFile(manifestPath(table.location, 1))).toEqual(manifestOf(1, winner))
})

test('versions that a client committed in the storage are in the same history', async () => {
  const table = await declared()
  await create(table, 1, 'a')
  await writeFile(manifestPath(table.location, 2), manifestOf(2, 'direct'))
  expect(await versionsOf(table)).toEqual([1, 2])
  expect(await create(table, 2, 'late')).toMatchObject(lanceError(409, 14))
  expect((await create(table, 3, 'b')).status).toBe(200)
  expect(await versionsOf(table)).toEqual([1, 2, 3])
  expect(await readFile(manifestPath(table.location, 2))).toEqual(manifestOf(2, 'direct'))
})

test('a table with names of the scheme V1 keeps them', async () => {
  const table = await declared()
  expect((await create(table, 1, 'a', { naming_scheme: 'V1' })).status).toBe(200)
  expect((await create(table, 2, 'b')).json).toMatchObject({
    version: { manifest_path: expect.stringMatching(/\/2\.manifest$/) as string },
  })
})

test('manifests of other tables, other versions and other folders are refused', async () => {
  const [table, other] = [await declared(), await declared()]
  const { body } = await stageVersion(other.location, 1, 'a')
  const send = (more: JsonObject) => lance(`table/${table.id}/version/create`, { ...body, ...more })
  const own = (await stageVersion(table.location, 1, 'own')).body.manifest_path
  const folder = own.slice(0, own.lastIndexOf('/'))
  for (const path of [
    body.manifest_path,
    `${folder}/../${own.split('/').at(-1)}`,
    `${folder}/none`,
    folder,
    'etc/passwd',
    `s3://other/${own}`,
  ])
    expect(await send({ manifest_path: path }), path).toMatchObject(lanceError(400, 13))
  expect(await send({ manifest_path: own, manifest_size: 1 })).toMatchObject(lanceError(400, 13))
  const second = await stageVersion(table.location, 2, 'b')
  expect(await send({ ...second.body, version: 1 })).toMatchObject(lanceError(400, 13))
  await writeFile(`/${own}`, 'not a manifest')
  expect(await send({ manifest_path: own, manifest_size: 14 })).toMatchObject(lanceError(400, 13))
  for (const version of [0, -1, 1.5])
    expect(await send({ version }), String(version)).toMatchObject(lanceError(400, 13))
  expect(await send({ branch: '../x' })).toMatchObject(lanceError(400, 13))
  expect(await versionsOf(table)).toEqual([])
})

test('a branch begins at any version, and continues without gaps', async () => {
  const table = await declared()
  await create(table, 1, 'a')
  const branch = async (version: number, label: string) => {
    const { body } = await stageVersion(`${table.location}/tree/dev`, version, label)
    return await lance(`table/${table.id}/version/create`, { ...body, branch: 'dev' })
  }
  expect((await branch(2, 'a')).status).toBe(200)
  expect(await branch(4, 'b')).toMatchObject(lanceError(409, 14))
  expect((await branch(3, 'c')).status).toBe(200)
  expect(await versionsOf(table, '?branch=dev')).toEqual([2, 3])
  expect(await versionsOf(table)).toEqual([1])
})

test('a caller without modify commits and deletes nothing', async () => {
  const table = await declared()
  await create(table, 1, 'a')
  const { json } = await server.send(
    'GET',
    `/management/v1/warehouses/lakehouse/relation?namespace=sales&relation=${table.name}`,
  )
  const on = { kind: 'relation', id: (json as { id: string }).id } as const
  await server.grant({ privilege: 'select', on, to: reader })
  const read = lanceSend(reader.send)
  const { body } = await stageVersion(table.location, 2, 'b')
  expect(await read(`table/${table.id}/version/create`, body)).toMatchObject(lanceError(403, 15))
  const ranges = [{ start_version: 0, end_version: -1 }]
  expect(await read(`table/${table.id}/version/delete`, { ranges })).toMatchObject(lanceError(403, 15))
  const entry = { id: ['sales', table.name], ...body }
  expect(await read('table/version/batch-create', { entries: [entry] })).toMatchObject(lanceError(403, 15))
  const operations = [{ create_table_version: entry }]
  expect(await read('table/batch-commit', { operations })).toMatchObject(lanceError(403, 15))
  const hidden = await declared()
  expect(await read(`table/${hidden.id}/version/create`, body)).toMatchObject(lanceError(404, 4))
  expect(await versionsOf(table)).toEqual([1])
})

test('a batch commits versions of several tables, or none', async () => {
  const tables = [await declared(), await declared(), await declared()]
  const entries = async (version: number, label: string) =>
    await Promise.all(
      tables.map(async ({ name, location }) => ({
        id: ['sales', name],
        ...(await stageVersion(location, version, label)).body,
      })),
    )
  const first = await lance('table/version/batch-create', { entries: await entries(1, 'a') })
  expect(first).toMatchObject({
    status: 200,
    json: { versions: [{ version: 1 }, { version: 1 }, { version: 1 }] },
  })
  const [, second] = tables
  await writeFile(manifestPath(String(second?.location), 2), manifestOf(2, 'direct'))
  expect(await lance('table/version/batch-create', { entries: await entries(2, 'b') })).toMatchObject(
    lanceError(409, 14),
  )
  expect(await Promise.all(tables.map((table) => versionsOf(table)))).toEqual([[1], [1, 2], [1]])
  for (const table of tables)
    expect(await eventsOf(table)).toEqual(['lanceBatchCreateTableVersions', 'lanceDeclareTable'])
})

test('a batch declares and deregisters tables, and deletes versions, in one transaction', async () => {
  const [table, old] = [await declared(), await declared()]
  for (const version of [1, 2, 3]) await create(table, version, 'a')
  const { body } = await stageVersion(table.location, 4, 'b')
  const operations = [
    { declare_table: { id: ['sales', 'fresh'], properties: { a: 'b' } } },
    { create_table_version: { id: ['sales', table.name], ...body } },
    {
      delete_table_versions: {
        id: ['sales', table.name],
        ranges: [{ start_version: 1, end_version: 3 }],
      },
    },
    { deregister_table: { id: ['sales', old.name] } },
  ]
  const { status, json } = await lance('table/batch-commit', { operations })
  expect(json).toMatchObject({
    results: [
      { declare_table: { properties: { a: 'b' }, location: expect.any(String) as string } },
      { create_table_version: { version: { version: 4 } } },
      { delete_table_versions: { deleted_count: 2 } },
      { deregister_table: { id: ['sales', old.name], location: old.location } },
    ],
  })
  expect(status).toBe(200)
  expect(await versionsOf(table)).toEqual([3, 4])
  expect((await lance(`table/${old.id}/exists`)).status).toBe(404)
  expect((await lance('table/sales$fresh/describe')).json).toMatchObject({ properties: { a: 'b' } })
  expect(await lance('table/batch-commit', { operations })).toMatchObject(lanceError(409, 5))
  expect(await versionsOf(table)).toEqual([3, 4])
})

test('a batch whose last operation is refused changes nothing', async () => {
  const table = await declared()
  const { body } = await stageVersion(table.location, 1, 'a')
  const id = ['sales', table.name]
  const refused = await lance('table/batch-commit', {
    operations: [
      { create_table_version: { id, ...body } },
      { declare_table: { id: ['sales', 'never'] } },
      { deregister_table: { id: ['sales', 'missing'] } },
    ],
  })
  expect(refused).toMatchObject(lanceError(404, 4))
  expect(await versionsOf(table)).toEqual([])
  expect((await lance('table/sales$never/exists')).status).toBe(404)
  for (const operations of [
    [{}],
    [{ create_table_version: { id, ...body }, deregister_table: { id } }],
    [{ create_table_version: { id, ...body } }, { create_table_version: { id, ...body } }],
    [{ create_table_version: { id, ...body } }, { deregister_table: { id } }],
    [],
  ])
    expect(await lance('table/batch-commit', { operations }), JSON.stringify(operations)).toMatchObject(
      lanceError(400, 13),
    )
})

test('the latest version, and versions with a tag or a branch, are not deleted', async () => {
  const table = await declared()
  for (const version of [1, 2, 3, 4]) await create(table, version, 'a')
  await lance(`table/${table.id}/tags/create`, { tag: 'kept', version: 2 })
  const remove = (...ranges: [number, number][]) =>
    lance(`table/${table.id}/version/delete`, {
      ranges: ranges.map(([start, end]) => ({ start_version: start, end_version: end })),
    })
  expect(await remove([4, 5])).toMatchObject(
    lanceError(
      409,
      19,
      `Version 4 of table sales.${table.name} cannot be deleted, because it is the latest version. Leave it out of the ranges.`,
    ),
  )
  expect(await remove([1, 4])).toMatchObject(lanceError(409, 19))
  expect(await remove([1, 2], [3, -1])).toMatchObject({ status: 200, json: { deleted_count: 2 } })
  expect(await versionsOf(table)).toEqual([2, 4])
  expect(await remove([1, 2])).toMatchObject({ status: 200, json: { deleted_count: 0 } })
})

const reserve = statement(
  'test_lance_reserve',
  `insert into lance_version (relation_id, branch, version, state, manifest, digest, batch_id, ends_at)
   select id, '', 2, $2, $3, sha256($4), gen_random_uuid(), now() + make_interval(secs => $5) from relation where name = $1`,
)

test('a reserved version is hidden, and other commits wait for it', async () => {
  const table = await declared()
  await create(table, 1, 'a')
  const manifest = `${table.location}/_versions/${manifestPath('file:///x', 2).split('/').at(-1)}`
  await server.sql.run(reserve, [table.name, 'pending', manifest, manifestOf(2, 'batch'), 60])
  await writeFile(manifestPath(table.location, 2), manifestOf(2, 'batch'))
  expect(await versionsOf(table)).toEqual([1])
  expect((await lance(`table/${table.id}/describe`, { version: 2 })).status).toBe(404)
  expect((await lance(`table/${table.id}/version/describe`, {})).json).toMatchObject({
    version: { version: 1 },
  })
  expect(await create(table, 2, 'b')).toMatchObject(lanceError(409, 14))
})

test('the version of an expired batch is removed by the next commit', async () => {
  const table = await declared()
  await create(table, 1, 'a')
  const manifest = `${table.location}/_versions/${manifestPath('file:///x', 2).split('/').at(-1)}`
  await server.sql.run(reserve, [table.name, 'pending', manifest, manifestOf(2, 'batch'), -1])
  await writeFile(manifestPath(table.location, 2), manifestOf(2, 'batch'))
  expect(await versionsOf(table)).toEqual([1])
  expect((await create(table, 2, 'b')).status).toBe(200)
  expect(await readFile(manifestPath(table.location, 2))).toEqual(manifestOf(2, 'b'))
})

test('the version of an expired batch remains when a client has committed a later version', async () => {
  const table = await declared()
  await create(table, 1, 'a')
  const manifest = `${table.location}/_versions/${manifestPath('file:///x', 2).split('/').at(-1)}`
  await server.sql.run(reserve, [table.name, 'pending', manifest, manifestOf(2, 'batch'), -1])
  await writeFile(manifestPath(table.location, 2), manifestOf(2, 'batch'))
  await writeFile(manifestPath(table.location, 3), manifestOf(3, 'direct'))
  expect((await create(table, 4, 'b')).status).toBe(200)
  expect(await versionsOf(table)).toEqual([1, 2, 3, 4])
})

test('the warehouse chooses whether clients commit versions through the server', async () => {
  const table = await declared()
  expect((await lance(`table/${table.id}/describe`)).json).not.toHaveProperty('managed_versioning')
  const changed = await server.send('PATCH', '/management/v1/warehouses/lakehouse', {
    overrides: { 'lance.managed-versioning': 'true' },
  })
  expect(changed.status).toBe(200)
  expect((await lance(`table/${table.id}/describe`)).json).toMatchObject({ managed_versioning: true })
  expect((await lance('table/sales$managed/declare')).json).toMatchObject({ managed_versioning: true })
})
