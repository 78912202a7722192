import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { type Send, type TestServer, testServer } from '../server.ts'
import {
  ascending,
  commit,
  errorBody,
  readLocation,
  readMetadataLocation,
  readMetadata,
  schema,
  setProperties,
} from './tables.ts'

let kept: TestServer
let forgotten: TestServer
beforeAll(async () => {
  kept = await testServer()
  forgotten = await testServer({ retentionSeconds: 0 })
  for (const { send } of [kept, forgotten]) await send('POST', 'namespaces', { namespace: ['d'] })
})
afterAll(async () => {
  await kept[Symbol.asyncDispose]()
  await forgotten[Symbol.asyncDispose]()
})

const tables = 'namespaces/d/tables'
const row = statement(
  'test_dropped',
  `select purge, dropped_at is not null as dropped, extract(epoch from expires_at - dropped_at)::int as seconds from relation where uuid = $1`,
)
const protect = statement('test_protect', 'update relation set protected = $2 where uuid = $1')

async function create(
  { send }: TestServer,
  name: string,
  location?: string,
): Promise<{ uuid: unknown; file: string; path: string }> {
  const created = await send('POST', tables, {
    name,
    schema,
    ...(location === undefined ? {} : { location }),
  })
  expect(created.status).toBe(200)
  return {
    uuid: readMetadata(created)['table-uuid'],
    file: readMetadataLocation(created),
    path: `${tables}/${name}`,
  }
}

async function exists(server: TestServer, file: string): Promise<boolean> {
  const warehouse = await server.context.deps.warehouses.get('lakehouse')
  return ((await warehouse?.storage.head(file)) ?? null) !== null
}

test('with retention, a dropped table keeps its files, and records whether to purge them', async () => {
  for (const [query, purge] of [
    ['', false],
    ['?purgeRequested=false', false],
    ['?purgeRequested=true', true],
    ['?purgeRequested=True', true],
  ] as const) {
    const { uuid, file, path } = await create(kept, 'soft')
    expect((await kept.send('DELETE', path + query)).status).toBe(204)
    expect(await kept.sql.run(row, [uuid])).toEqual([{ purge, dropped: true, seconds: 604_800 }])
    expect(await exists(kept, file)).toBe(true)
    expect((await kept.send('HEAD', path)).status).toBe(404)
  }
})

test('without retention, a drop deletes the row and leaves the files; a purge starts immediately and then releases the location', async () => {
  const { root, send } = forgotten
  const left = await create(forgotten, 'left', `${root}/left`)
  expect((await send('DELETE', left.path)).status).toBe(204)
  expect(await forgotten.sql.run(row, [left.uuid])).toEqual([])
  expect(await exists(forgotten, left.file)).toBe(true)
  await create(forgotten, 'left', `${root}/left`)
  const purged = await create(forgotten, 'purged', `${root}/purged`)
  expect((await send('DELETE', `${purged.path}?purgeRequested=true`)).status).toBe(204)
  await expect.poll(() => exists(forgotten, purged.file)).toBe(false)
  await expect.poll(() => forgotten.sql.run(row, [purged.uuid])).toEqual([])
  await create(forgotten, 'purged', `${root}/purged`)
})

test('a query parameter `purgeRequested` other than true or false results in 400, and the table is not dropped', async () => {
  const { path } = await create(kept, 'typo')
  for (const value of ['yes', '1', 'TRUE', '', 'true%20'])
    expect((await kept.send('DELETE', `${path}?purgeRequested=${value}`)).status).toBe(400)
  expect((await kept.send('HEAD', path)).status).toBe(204)
})

test('a protected table accepts commits, and the server refuses to drop or unregister it', async () => {
  const { uuid, path } = await create(kept, 'protected')
  await kept.sql.run(protect, [uuid, true])
  const refused = errorBody(
    403,
    'ForbiddenException',
    'Table d.protected is protected. Remove the protection, then try again.',
  )
  expect(await kept.send('DELETE', path)).toMatchObject(refused)
  expect(await kept.send('POST', `${path}/unregister`)).toMatchObject(refused)
  expect((await commit(kept.send, path, [setProperties({ a: '1' })])).status).toBe(200)
  expect(await kept.send('DELETE', path)).toMatchObject(refused)
  await kept.sql.run(protect, [uuid, false])
  expect((await kept.send('DELETE', path)).status).toBe(204)
})

test('only one of many concurrent drops of a table succeeds', async () => {
  const { path } = await create(kept, 'race')
  const responses = await Promise.all(Array.from({ length: 10 }, () => kept.send('DELETE', path)))
  expect(responses.map(({ status }) => status).toSorted(ascending)).toEqual([
    204,
    ...Array.from({ length: 9 }, () => 404),
  ])
})

test('an unregistered table is no longer in the catalog, its files remain, and it can be registered again', async () => {
  const { send } = kept
  const { uuid, file, path } = await create(kept, 'handed')
  const response = await send('POST', `${path}/unregister`)
  expect(response).toMatchObject({
    status: 200,
    json: { 'metadata-location': file, metadata: { 'table-uuid': uuid } },
  })
  expect(await exists(kept, file)).toBe(true)
  expect((await commit(send, path, [setProperties({ a: '1' })])).status).toBe(404)
  const registered = await send('POST', 'namespaces/d/register', {
    name: 'handed-2',
    'metadata-location': file,
  })
  expect(registered).toMatchObject({
    status: 200,
    json: { 'metadata-location': file, metadata: { 'table-uuid': uuid } },
  })
  expect(
    readMetadataLocation(await commit(send, `${tables}/handed-2`, [setProperties({ a: '1' })])),
  ).toContain('/00001-')
})

test('register with `overwrite` changes a table to another of its metadata files, but not to a file of another table', async () => {
  const { send } = kept
  const { file, path } = await create(kept, 'back')
  await commit(send, path, [setProperties({ a: '1' })])
  const register = (name: string, location: string) =>
    send('POST', 'namespaces/d/register', { name, 'metadata-location': location, overwrite: true })
  expect(await register('back', file)).toMatchObject({ status: 200, json: { 'metadata-location': file } })
  expect(readMetadataLocation(await send('GET', path))).toBe(file)
  const other = await create(kept, 'other')
  expect(await register('back', other.file)).toMatchObject({
    status: 400,
    json: { error: { message: expect.stringContaining('uuid differs') } },
  })
  expect((await commit(send, path, [setProperties({ b: '1' })])).status).toBe(200)
  expect(await register('new-by-overwrite', other.file)).toMatchObject({
    status: expect.toBeOneOf([400, 409]),
  })
  expect(readLocation(await send('GET', path))).not.toBe('')
})

test('registering the newest metadata file of a dropped table restores the table for a caller with manage on it', async () => {
  const { send } = kept
  const { file, path, uuid } = await create(kept, 'sleeping')
  await commit(send, path, [setProperties({ a: '1' })])
  const newest = readMetadataLocation(await send('GET', path))
  await send('DELETE', path)
  const register = (by: Send, location: string) =>
    by('POST', 'namespaces/d/register', { name: 'awake', 'metadata-location': location })
  const stranger = await kept.caller('stranger')
  await kept.grant({ privilege: 'create', on: { kind: 'warehouse', id: kept.warehouseId }, to: stranger })
  expect(await register(stranger.send, newest)).toMatchObject({ status: 403 })
  expect(await register(send, file)).toMatchObject({ status: 409 })
  expect(await register(send, newest)).toMatchObject({
    status: 200,
    json: { metadata: { 'table-uuid': uuid } },
  })
  expect((await commit(send, `${tables}/awake`, [setProperties({ b: '1' })])).status).toBe(200)
})
