import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JsonObject } from '@headgate/json'
import { type TestServer, testServer } from '../server.ts'
import {
  ascending,
  append,
  commit,
  toCreation,
  errorBody,
  readLocation,
  readMetadataLocation,
  readMetadata,
  schema,
  setProperties,
  textAt,
} from './tables.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
  await server.send('POST', 'namespaces', { namespace: ['c'] })
})
afterAll(() => server[Symbol.asyncDispose]())

const tables = 'namespaces/c/tables'

async function table(
  name: string,
  properties: Record<string, string> = {},
): Promise<{ path: string; uuid: string; location: string }> {
  const created = await server.send('POST', tables, { name, schema, properties })
  expect(created.status).toBe(200)
  return {
    path: `${tables}/${name}`,
    uuid: textAt(created.json, 'metadata', 'table-uuid'),
    location: readLocation(created),
  }
}

async function metadataFiles(location: string): Promise<string[]> {
  return (await readdir(fileURLToPath(`${location}/metadata`)).catch(() => [])).toSorted(ascending)
}

/** Repeats a check until it succeeds, because the deletion of metadata files completes after the response. */
async function eventually(check: () => Promise<void>): Promise<void> {
  for (let wait = 5; ; wait *= 2) {
    try {
      return await check()
    } catch (error) {
      if (wait > 5_000) throw error
      await sleep(wait)
    }
  }
}

test('a commit returns the new metadata, its location and its ETag, which the next load returns as well', async () => {
  const { path, uuid } = await table('t')
  const response = await commit(server.send, path, append(1, 1), [{ type: 'assert-table-uuid', uuid }])
  expect(response).toMatchObject({
    status: 200,
    json: { metadata: { 'current-snapshot-id': 1, 'last-sequence-number': 1 } },
  })
  expect(readMetadataLocation(response)).toMatch(/\/metadata\/00001-[0-9a-f-]{36}\.metadata\.json$/)
  const loaded = await server.send('GET', path)
  expect(readMetadata(loaded)).toEqual(readMetadata(response))
  expect(loaded.headers.get('etag')).toBe(response.headers.get('etag'))
})

test('each unmet requirement of a commit results in 409 with the message text that clients search for', async () => {
  const { path, uuid } = await table('req')
  await commit(server.send, path, append(5n, 1))
  const other = '00000000-0000-4000-8000-000000000000'
  for (const [requirement, message] of [
    [{ type: 'assert-table-uuid', uuid: other }, `UUID does not match: expected ${uuid} != ${other}`],
    [
      { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null },
      'branch main was created concurrently',
    ],
    [
      { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': 7 },
      'branch main has changed: expected id 7 != 5',
    ],
    [
      { type: 'assert-ref-snapshot-id', ref: 'b', 'snapshot-id': 7 },
      'branch or tag b is missing, expected 7',
    ],
    [
      { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': 9 },
      'last assigned field id changed: expected id 9 != 1',
    ],
    [
      { type: 'assert-current-schema-id', 'current-schema-id': 9 },
      'current schema changed: expected id 9 != 0',
    ],
    [
      { type: 'assert-last-assigned-partition-id', 'last-assigned-partition-id': 9 },
      'last assigned partition id changed: expected id 9 != 999',
    ],
    [
      { type: 'assert-default-spec-id', 'default-spec-id': 9 },
      'default partition spec changed: expected id 9 != 0',
    ],
    [
      { type: 'assert-default-sort-order-id', 'default-sort-order-id': 9 },
      'default sort order changed: expected id 9 != 0',
    ],
  ] as const) {
    const response = await commit(server.send, path, [setProperties({ a: '1' })], [requirement])
    expect(response).toMatchObject(errorBody(409, 'CommitFailedException', `Requirement failed: ${message}`))
  }
  expect(readMetadata(await server.send('GET', path))['properties']).not.toHaveProperty('a')
})

test('unknown or invalid updates and requirements result in 400', async () => {
  const { path } = await table('bad')
  for (const body of [
    { updates: [{ action: 'paint-it-black' }] },
    { requirements: [{ type: 'assert-moon-phase' }] },
    { updates: [{}] },
    { updates: {} },
    { updates: [{ action: 'set-current-schema', 'schema-id': -1 }] },
    { updates: [{ action: 'set-current-schema', 'schema-id': 77 }] },
    { updates: [{ action: 'add-snapshot', snapshot: { 'snapshot-id': 1 } }] },
    { updates: [{ action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': 404 }] },
    { updates: [{ action: 'upgrade-format-version', 'format-version': 1 }] },
    { identifier: { namespace: ['c'], name: 'other' }, updates: [] },
    {
      requirements: [{ type: 'assert-create' }, { type: 'assert-current-schema-id', 'current-schema-id': 0 }],
      updates: [],
    },
    null,
    [],
  ]) {
    const at = JSON.stringify(body)?.includes('assert-create') ? `${tables}/not-yet` : path
    expect(await server.send('POST', at, body as never), JSON.stringify(body)).toMatchObject({
      status: 400,
      json: { error: { code: 400 } },
    })
  }
})

test('a commit with a stale sequence number results in 409, so that the client repeats it', async () => {
  const { path } = await table('seq')
  await commit(server.send, path, append(1, 1))
  const response = await commit(server.send, path, append(2, 1, 1))
  expect(response).toMatchObject({ status: 409, json: { error: { type: 'CommitFailedException' } } })
})

test('a commit without changes returns 200 with the current state, and writes no file', async () => {
  const { path, location } = await table('same', { a: '1' })
  const before = await server.send('GET', path)
  for (const updates of [
    [],
    [setProperties({})],
    [{ action: 'upgrade-format-version', 'format-version': 2 }],
  ]) {
    const response = await commit(server.send, path, updates)
    expect(response.status).toBe(200)
    expect(readMetadataLocation(response)).toBe(readMetadataLocation(before))
  }
  expect(await metadataFiles(location)).toHaveLength(1)
})

test('`assign-uuid` sets the UUID of a table only when the table is created', async () => {
  const { path, uuid } = await table('named')
  const other = crypto.randomUUID()
  expect(await commit(server.send, path, [{ action: 'assign-uuid', uuid: other }])).toMatchObject({
    status: 400,
    json: { error: { message: expect.stringContaining('Cannot reassign uuid') } },
  })
  expect((await commit(server.send, path, [{ action: 'assign-uuid', uuid }])).status).toBe(200)
})

test('a commit with the single requirement `assert-create` creates a table, and chooses its UUID and location if they are missing', async () => {
  const updates: JsonObject[] = [
    { action: 'add-schema', schema: { 'schema-id': 0, ...schema } },
    { action: 'set-current-schema', 'schema-id': -1 },
    { action: 'add-spec', spec: { 'spec-id': 0, fields: [] } },
    { action: 'set-default-spec', 'spec-id': -1 },
    { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: [] } },
    { action: 'set-default-sort-order', 'sort-order-id': -1 },
  ]
  const path = `${tables}/created`
  const response = await commit(server.send, path, updates, [{ type: 'assert-create' }])
  expect(response).toMatchObject({
    status: 200,
    json: {
      metadata: {
        'table-uuid': expect.stringMatching(/^[0-9a-f-]{36}$/),
        location: expect.stringContaining(server.root),
      },
    },
  })
  expect((await server.send('GET', path)).status).toBe(200)
  expect(await commit(server.send, path, updates, [{ type: 'assert-create' }])).toMatchObject(
    errorBody(409, 'AlreadyExistsException', 'Requirement failed: table already exists: c.created'),
  )
})

test('`assert-create` with other requirements results in 400, whether the table exists or not', async () => {
  const { path } = await table('created-before')
  const requirements = [
    { type: 'assert-create' },
    { type: 'assert-current-schema-id', 'current-schema-id': 0 },
  ]
  for (const at of [path, `${tables}/not-created`])
    expect(await commit(server.send, at, [], requirements)).toMatchObject(
      errorBody(400, 'BadRequestException', 'Invalid create requirements: [assert-current-schema-id]'),
    )
})

test('the metadata log contains former metadata files up to the maximum, and the server deletes them only when the table property requests it', async () => {
  const kept = await table('kept', { 'write.metadata.previous-versions-max': '2' })
  const deleted = await table('deleted', {
    'write.metadata.previous-versions-max': '2',
    'write.metadata.delete-after-commit.enabled': 'true',
  })
  for (const { path } of [kept, deleted]) {
    for (let n = 1; n <= 5; n += 1)
      expect((await commit(server.send, path, [setProperties({ n: String(n) })])).status).toBe(200)
    expect(readMetadata(await server.send('GET', path))['metadata-log']).toHaveLength(2)
  }
  expect(await metadataFiles(kept.location)).toHaveLength(6)
  await eventually(async () => {
    const files = await metadataFiles(deleted.location)
    expect(files.map((name) => name.slice(0, 5))).toEqual(['00003', '00004', '00005'])
  })
})

test('a refused commit leaves no metadata file', async () => {
  const one = await table('clean-1')
  const two = await table('clean-2')
  const move = await commit(server.send, two.path, [
    { action: 'set-location', location: `${one.location}/inside` },
  ])
  expect(move).toMatchObject({
    status: 400,
    json: { error: { message: expect.stringContaining('overlaps') } },
  })
  await eventually(async () => {
    expect(await metadataFiles(two.location)).toHaveLength(1)
    expect(await metadataFiles(`${one.location}/inside`)).toEqual([])
  })
})

test('gzip metadata files are written on request, and served like others', async () => {
  const { path } = await table('zipped', { 'write.metadata.compression-codec': 'gzip' })
  const response = await commit(server.send, path, append(1, 1))
  expect(readMetadataLocation(response)).toMatch(/\.gz\.metadata\.json$/)
  expect(readMetadata(await server.send('GET', path))).toEqual(readMetadata(response))
})

function change(name: string, more: JsonObject): JsonObject {
  return {
    identifier: { namespace: ['c'], name },
    requirements: [],
    updates: [setProperties({ v: '1' })],
    ...more,
  }
}

test('a transaction changes all of its tables or none', async () => {
  const [one, two] = [await table('tx-1'), await table('tx-2')]
  const staged = await server.send('POST', tables, { name: 'tx-3', schema, 'stage-create': true })
  const failing = [
    [409, change('tx-2', { requirements: [{ type: 'assert-table-uuid', uuid: one.uuid }] })],
    [400, change('tx-2', { updates: [{ action: 'set-current-schema', 'schema-id': 9 }] })],
    [404, change('tx-none', {})],
    [409, change('tx-2', toCreation(staged))],
    [400, change('tx-2', { updates: [{ action: 'set-location', location: one.location }] })],
  ] as const
  for (const [status, second] of failing) {
    const changes = [change('tx-1', {}), { ...change('tx-3', toCreation(staged)) }, second]
    expect(
      (await server.send('POST', 'transactions/commit', { 'table-changes': changes })).status,
      JSON.stringify(second),
    ).toBe(status)
    expect(readMetadata(await server.send('GET', one.path))['properties']).not.toHaveProperty('v')
    expect((await server.send('HEAD', `${tables}/tx-3`)).status).toBe(404)
    await eventually(async () => {
      expect(await metadataFiles(one.location)).toHaveLength(1)
      expect(await metadataFiles(readLocation(staged))).toHaveLength(0)
    })
  }
  const changes = [change('tx-1', {}), change('tx-3', toCreation(staged)), change('tx-2', {})]
  expect(await server.send('POST', 'transactions/commit', { 'table-changes': changes })).toMatchObject({
    status: 204,
    json: null,
  })
  for (const path of [one.path, two.path])
    expect(readMetadata(await server.send('GET', path))['properties']).toMatchObject({ v: '1' })
  expect(readMetadata(await server.send('GET', `${tables}/tx-3`))['table-uuid']).toBe(
    readMetadata(staged)['table-uuid'],
  )
})

test('a transaction contains each table once, and at least one', async () => {
  await table('dup')
  const change = { identifier: { namespace: ['c'], name: 'dup' }, requirements: [], updates: [] }
  for (const body of [
    { 'table-changes': [change, change] },
    { 'table-changes': [] },
    {},
    { 'table-changes': [{ requirements: [], updates: [] }] },
  ]) {
    expect((await server.send('POST', 'transactions/commit', body)).status).toBe(400)
  }
})

test('two staged creates of one transaction cannot have the same location', async () => {
  const location = `${server.root}/shared-place`
  const stage = async (name: string, at: string): Promise<JsonObject> => {
    const { requirements, updates } = toCreation(
      await server.send('POST', tables, { name, schema, 'stage-create': true }),
    )
    const others = updates.filter(({ action }) => action !== 'set-location')
    const moved = [...others, { action: 'set-location', location: at }]
    return { identifier: { namespace: ['c'], name }, requirements, updates: moved }
  }
  const changes = [await stage('in-a', location), await stage('in-b', `${location}/below`)]
  expect(await server.send('POST', 'transactions/commit', { 'table-changes': changes })).toMatchObject({
    status: 400,
  })
  expect((await server.send('HEAD', `${tables}/in-a`)).status).toBe(404)
})
