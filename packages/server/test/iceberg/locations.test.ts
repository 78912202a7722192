import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from '@headgate/json'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lockLocations } from '../../src/store/location-claims.ts'
import { type TestResponse, type TestServer, testServer } from '../server.ts'
import {
  commit,
  toCreation,
  readMetadataLocation,
  readMetadata,
  schema,
  setProperties,
  viewBody,
} from './tables.ts'

let server: TestServer
let extra: string
let counter = 0
beforeAll(async () => {
  extra = await mkdtemp(join(tmpdir(), 'headgate-extra-'))
  server = await testServer({ allowedLocations: [`file://${extra}`] })
  await server.send('POST', 'namespaces', { namespace: ['l'] })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(extra, { recursive: true })
})

const tables = 'namespaces/l/tables'
const fresh = (): string => `t${(counter += 1)}`

function create(location: string, more: object = {}): Promise<TestResponse> {
  return server.send('POST', tables, { name: fresh(), schema, location, ...more })
}

test('a location below the warehouse or an allowed location is accepted unchanged', async () => {
  for (const location of [
    `${server.root}/mine`,
    `file://${extra}/mine`,
    `${server.root}/with%20space/ü`,
    `${server.root}/deep/er/still`,
  ]) {
    const response = await create(location)
    expect(response, location).toMatchObject({ status: 200, json: { metadata: { location } } })
    expect(readMetadataLocation(response).startsWith(`${location}/metadata/00000-`)).toBe(true)
  }
})

function refused(response: TestResponse, what: string): void {
  expect(response, what).toMatchObject({
    status: expect.toBeOneOf([400, 403]),
    json: { error: { message: expect.stringContaining('ocation') } },
  })
}

test('a location outside the allowed locations results in 403 or 400, in every spelling and every field', async () => {
  const { root, send } = server
  const outside = [
    'file:///etc',
    'file:///',
    's3://bucket/x',
    'gs://bucket/x',
    '/no/scheme',
    'relative',
    `${root}-sibling/x`,
    `file://${extra}2/x`,
    `${root}/../x`,
    `${root}/a/../../x`,
    `${root}/%2e%2e/x`,
    `${root}/a%2Fb`,
    `${root}/%252e%252e/x`,
    `${root}//x`,
    `${root}/./x`,
    `${root}/a\\b`,
    `${root}/a?b`,
    `${root}/a#b`,
    `${root}/a\u0001`,
    `file://localhost${root.slice(7)}/x`,
    root,
    `${root}/`,
    root.slice(0, root.lastIndexOf('/')),
  ]
  const table = await send('POST', tables, { name: 'base', schema })
  const view = await send('POST', 'namespaces/l/views', viewBody('base-view'))
  expect([table.status, view.status]).toEqual([200, 200])
  for (const location of outside) {
    refused(await create(location), location)
    refused(await create(location, { 'stage-create': true }), location)
    refused(await commit(send, `${tables}/base`, [{ action: 'set-location', location }]), location)
    refused(await send('POST', 'namespaces/l/views', viewBody('v', { location })), location)
    for (const key of [
      'write.data.path',
      'write.metadata.path',
      'write.object-storage.path',
      'write.folder-storage.path',
    ]) {
      refused(
        await send('POST', tables, { name: 'p', schema, properties: { [key]: location } }),
        `${key} ${location}`,
      )
      refused(
        await send('POST', tables, {
          name: 'p',
          schema,
          properties: { [key]: location },
          'stage-create': true,
        }),
        `${key} ${location}`,
      )
      refused(
        await commit(send, `${tables}/base`, [setProperties({ [key]: location })]),
        `${key} ${location}`,
      )
    }
    refused(
      await commit(send, 'namespaces/l/views/base-view', [
        setProperties({ 'write.metadata.path': location }),
      ]),
      location,
    )
  }
  expect((await send('GET', `${tables}/base`)).json).toEqual(table.json)
})

test('a commit of a staged create with another location is checked again', async () => {
  const staged = await server.send('POST', tables, { name: 'staged', schema, 'stage-create': true })
  const { requirements, updates } = toCreation(staged)
  const moved = updates.map((update) =>
    update['action'] === 'set-location' ? { ...update, location: 'file:///etc/x' } : update,
  )
  expect((await server.send('POST', `${tables}/staged`, { requirements, updates: moved })).status).toBe(403)
  expect((await server.send('POST', `${tables}/staged`, { requirements, updates })).status).toBe(200)
})

test('the server refuses a location that overlaps another table, and accepts a sibling whose name begins with the same text', async () => {
  const { root } = server
  expect((await create(`${root}/own/place`)).status).toBe(200)
  for (const location of [
    `${root}/own/place`,
    `${root}/own/place/`,
    `${root}/own`,
    `${root}/own/place/below/it`,
  ]) {
    for (const response of [
      await create(location),
      await create(location, { 'stage-create': true }),
      await server.send('POST', tables, {
        name: fresh(),
        schema,
        properties: { 'write.data.path': location },
      }),
      await server.send('POST', tables, {
        name: fresh(),
        schema,
        properties: { 'write.metadata.path': location },
      }),
      await commit(server.send, `${tables}/base`, [{ action: 'set-location', location }]),
      await server.send('POST', 'namespaces/l/views', viewBody(fresh(), { location })),
    ])
      expect(response, location).toMatchObject({
        status: 400,
        json: { error: { message: expect.stringMatching(/^Location overlaps/) } },
      })
  }
  for (const location of [
    `${root}/own/place2`,
    `${root}/own/plac`,
    `${root}/own/place-`,
    `${root}/own/place.`,
    `${root}/own/place0`,
  ]) {
    expect((await create(location)).status, location).toBe(200)
  }
})

test('a refusal for an overlap does not reveal the other table', async () => {
  const name = fresh()
  await server.send('POST', tables, { name, schema, location: `${server.root}/secret-place/deep` })
  const response = await create(`${server.root}/secret-place`)
  expect(JSON.stringify(response.json)).not.toContain(name)
  expect(JSON.stringify(response.json)).not.toContain('deep')
})

test('a dropped table keeps its location until its retention ends, and its name can be used again at once', async () => {
  const name = fresh()
  const location = `${server.root}/dropped`
  await server.send('POST', tables, { name, schema, location })
  await server.send('DELETE', `${tables}/${name}`)
  expect((await create(location)).status).toBe(400)
  expect((await create(`${location}/below`)).status).toBe(400)
  expect((await server.send('POST', tables, { name, schema })).status).toBe(200)
})

test('a table keeps its former locations until it is deleted, because its snapshots refer to files in them', async () => {
  const name = fresh()
  const move = (to: string): Promise<TestResponse> =>
    commit(server.send, `${tables}/${name}`, [{ action: 'set-location', location: `${server.root}/${to}` }])
  await server.send('POST', tables, { name, schema, location: `${server.root}/left` })
  expect((await move('gone-to')).status).toBe(200)
  for (const place of ['left', 'left/below', 'gone-to'])
    expect((await create(`${server.root}/${place}`)).status, place).toBe(400)
  expect((await move('left')).status).toBe(200)
  expect((await create(`${server.root}/gone-to`)).status).toBe(400)
  expect((await server.send('POST', `${tables}/${name}/unregister`)).status).toBe(200)
  for (const place of ['left', 'gone-to'])
    expect((await create(`${server.root}/${place}`)).status, place).toBe(200)
})

test('only one of many concurrent tables at overlapping locations is created', async () => {
  const other = await server.replica()
  for (let round = 0; round < 3; round += 1) {
    const base = `${server.root}/race-${round}`
    const responses = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        (n % 2 === 0 ? server.send : other)('POST', tables, {
          name: fresh(),
          schema,
          location: n % 3 === 0 ? base : `${base}/${n % 3 === 1 ? 'a' : 'a/b'}`,
        }),
      ),
    )
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(responses.filter(({ status }) => status === 400)).toHaveLength(7)
  }
})

test('only one of many concurrent stage-creates at overlapping locations reserves them and creates its table', async () => {
  const other = await server.replica()
  const base = `${server.root}/staged-race`
  const names = Array.from({ length: 6 }, fresh)
  const sendAs = (n: number): TestServer['send'] => (n % 2 === 0 ? server.send : other)
  const staged = await Promise.all(
    names.map((name, n) => {
      const location = n % 3 === 0 ? base : `${base}/${n % 3 === 1 ? 'a' : 'a/b'}`
      return sendAs(n)('POST', tables, { name, schema, location, 'stage-create': true })
    }),
  )
  expect(staged.filter(({ status }) => status === 400)).toHaveLength(5)
  const first = staged.findIndex(({ status }) => status === 200)
  const table = staged[first]
  if (table === undefined) throw new Error('no create was staged')
  const committed = await sendAs(first + 1)('POST', `${tables}/${names[first]}`, toCreation(table))
  expect(committed.status).toBe(200)
})

test('only requests that choose a location wait for each other', async () => {
  const stage = (more: object = {}): Promise<TestResponse> =>
    server.send('POST', tables, { name: fresh(), schema, 'stage-create': true, ...more })
  const ended: string[] = []
  const choosing = [
    { location: `${server.root}/waiting` },
    { properties: { 'write.data.path': `${server.root}/waiting-data` } },
  ]
  let waiting: Promise<TestResponse>[] = []
  await server.sql.transaction(async (tx) => {
    await lockLocations(tx)
    waiting = choosing.map(async (more) => {
      const response = await stage(more)
      ended.push('chosen')
      return response
    })
    for (let n = 0; n < 10; n += 1) expect((await stage()).status).toBe(200)
    expect((await server.send('POST', tables, { name: fresh(), schema })).status).toBe(200)
    expect(ended).toEqual([])
  })
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200])
})

test('the properties write.data.path and write.metadata.path may be outside the table location, and the table then claims them', async () => {
  const name = fresh()
  const properties = {
    'write.data.path': `${server.root}/data-${name}`,
    'write.metadata.path': `${server.root}/meta-${name}`,
  }
  const created = await server.send('POST', tables, { name, schema, properties })
  expect(readMetadataLocation(created).startsWith(`${server.root}/meta-${name}/00000-`)).toBe(true)
  expect((await create(`${server.root}/data-${name}`)).status).toBe(400)
  expect((await create(`${server.root}/meta-${name}/x`)).status).toBe(400)
})

test('register refuses files outside the warehouse, files of other tables, and files that are not metadata', async () => {
  const { root, send } = server
  const register = (location: string, name = fresh()): Promise<TestResponse> =>
    send('POST', 'namespaces/l/register', { name, 'metadata-location': location })
  expect(await register('file:///etc/passwd')).toMatchObject({ status: 403 })
  expect(await register(`${root}/../x.json`)).toMatchObject({ status: 400 })
  expect(await register(`${root}/none.json`)).toMatchObject({
    status: 404,
    json: { error: { type: 'NotFoundException' } },
  })
  expect(await register(root)).toMatchObject({ status: expect.toBeOneOf([400, 403, 404]) })
  const victim = await create(`${root}/victim`)
  // Registers the same table under another name.
  expect(await register(readMetadataLocation(victim))).toMatchObject({
    status: 409,
    json: { error: { type: 'AlreadyExistsException' } },
  })
  const write = async (content: string | object): Promise<string> => {
    const location = `${root}/file-${fresh()}.metadata.json`
    await writeFile(
      fileURLToPath(location),
      typeof content === 'string' ? content : stringify(content as never),
    )
    return location
  }
  for (const content of ['', 'no json', '[]', '{}', '{"format-version":2}', '\u001f\u008b'])
    expect((await register(await write(content))).status, content).toBe(400)
  const copy = { ...readMetadata(victim), 'table-uuid': crypto.randomUUID() }
  expect((await register(await write(copy))).status).toBe(400)
  expect((await register(await write({ ...copy, location: 'file:///etc' }))).status).toBe(403)
  expect(
    (
      await register(
        await write({ ...copy, location: `${root}/ok`, properties: { 'write.data.path': `${root}/victim` } }),
      )
    ).status,
  ).toBe(400)
  expect((await register(await write({ ...copy, location: `${root}/ok` }))).status).toBe(200)
})

test('the server does not delete files that only the metadata log of a registered file names', async () => {
  const { root, send } = server
  const victim = await create(`${root}/log-victim`)
  const thief = {
    ...readMetadata(victim),
    'table-uuid': crypto.randomUUID(),
    location: `${root}/thief`,
    properties: {
      'write.metadata.delete-after-commit.enabled': 'true',
      'write.metadata.previous-versions-max': '1',
    },
    'metadata-log': [1, 2].map((n) => ({ 'timestamp-ms': n, 'metadata-file': readMetadataLocation(victim) })),
  }
  const file = `${root}/thief-file.metadata.json`
  await writeFile(fileURLToPath(file), stringify(thief))
  expect(
    (await send('POST', 'namespaces/l/register', { name: 'thief', 'metadata-location': file })).status,
  ).toBe(200)
  for (let n = 0; n < 3; n += 1)
    expect((await commit(send, `${tables}/thief`, [setProperties({ n: String(n) })])).status).toBe(200)
  const warehouse = await server.context.deps.warehouses.get('lakehouse')
  expect(await warehouse?.storage.head(readMetadataLocation(victim))).not.toBeNull()
})

test('a staged create appears in no list, uses no name, and can be abandoned', async () => {
  const staged = await server.send('POST', tables, { name: 'ghost', schema, 'stage-create': true })
  expect(staged.json).not.toHaveProperty('metadata-location')
  expect((await server.send('HEAD', `${tables}/ghost`)).status).toBe(404)
  expect(JSON.stringify((await server.send('GET', tables)).json)).not.toContain('ghost')
  expect((await server.send('POST', tables, { name: 'ghost', schema })).status).toBe(200)
  expect(await server.send('POST', `${tables}/ghost`, toCreation(staged))).toMatchObject({
    status: 409,
    json: {
      error: { type: 'AlreadyExistsException', message: 'Requirement failed: table already exists: l.ghost' },
    },
  })
})
