import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, testServer } from '../server.ts'
import {
  commit,
  errorBody,
  readMetadataLocation,
  readMetadata,
  schema,
  setProperties,
  viewBody,
  viewVersion,
} from './tables.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
  for (const name of ['v', 'w']) await server.send('POST', 'namespaces', { namespace: [name] })
})
afterAll(() => server[Symbol.asyncDispose]())

const views = 'namespaces/v/views'
const missing = (name: string): object =>
  errorBody(404, 'NoSuchViewException', `View does not exist: ${name}`)

test('a view is created, loaded, listed, renamed and dropped', async () => {
  const { send } = server
  const created = await send('POST', views, viewBody('one'))
  expect(created).toMatchObject({
    status: 200,
    json: { metadata: { 'format-version': 1, 'current-version-id': 1 } },
  })
  expect(readMetadataLocation(created)).toMatch(/\/metadata\/00000-[0-9a-f-]{36}\.gz\.metadata\.json$/)
  expect((await send('GET', `${views}/one`)).json).toEqual(created.json)
  expect((await send('HEAD', `${views}/one`)).status).toBe(204)
  expect((await send('GET', views)).json).toMatchObject({ identifiers: [{ namespace: ['v'], name: 'one' }] })
  const rename = { source: { namespace: ['v'], name: 'one' }, destination: { namespace: ['w'], name: 'two' } }
  expect((await send('POST', 'views/rename', rename)).status).toBe(204)
  expect((await send('GET', 'namespaces/w/views/two')).json).toEqual(created.json)
  expect(await send('POST', 'views/rename', rename)).toMatchObject(missing('v.one'))
  expect((await send('DELETE', 'namespaces/w/views/two')).status).toBe(204)
  expect(await send('DELETE', 'namespaces/w/views/two')).toMatchObject(missing('w.two'))
  expect(await send('GET', `${views}/one`)).toMatchObject(missing('v.one'))
  expect((await send('HEAD', `${views}/one`)).status).toBe(404)
  expect(await commit(send, `${views}/one`, [])).toMatchObject(missing('v.one'))
})

test('all eight updates of views work over HTTP', async () => {
  const { send, root } = server
  const created = await send('POST', views, viewBody('all', { properties: { old: '1' } }))
  const uuid = readMetadata(created)['view-uuid'] ?? null
  const wide = {
    ...schema,
    'schema-id': 1,
    fields: [
      { id: 1, name: 'id', type: 'long', required: true },
      { id: 2, name: 'n', type: 'string', required: false },
    ],
  }
  const version = {
    ...viewVersion,
    'version-id': 2,
    'schema-id': -1,
    representations: [{ type: 'sql', sql: 'select 2', dialect: 'spark' }],
  }
  const response = await commit(
    send,
    `${views}/all`,
    [
      { action: 'assign-uuid', uuid },
      { action: 'upgrade-format-version', 'format-version': 1 },
      { action: 'add-schema', schema: wide },
      { action: 'add-view-version', 'view-version': version },
      { action: 'set-current-view-version', 'view-version-id': -1 },
      { action: 'set-location', location: `${root}/view-moved` },
      setProperties({ new: '1' }),
      { action: 'remove-properties', removals: ['old'] },
    ],
    [{ type: 'assert-view-uuid', uuid }],
  )
  expect(response).toMatchObject({
    status: 200,
    json: {
      metadata: {
        'view-uuid': uuid,
        location: `${root}/view-moved`,
        'current-version-id': 2,
        properties: { new: '1' },
      },
    },
  })
  expect(readMetadataLocation(response)).toContain(`${root}/view-moved/metadata/00001-`)
  expect(readMetadata(await send('GET', `${views}/all`))).toEqual(readMetadata(response))
})

test('a commit to a view results in 409 for another uuid and in 400 for an unknown update or requirement, and never changes the uuid', async () => {
  const { send } = server
  await send('POST', views, viewBody('strict'))
  const other = crypto.randomUUID()
  expect(
    await commit(
      send,
      `${views}/strict`,
      [setProperties({ a: '1' })],
      [{ type: 'assert-view-uuid', uuid: other }],
    ),
  ).toMatchObject(
    errorBody(
      409,
      'CommitFailedException',
      expect.stringContaining('Requirement failed: view UUID does not match: expected '),
    ),
  )
  expect((await commit(send, `${views}/strict`, [{ action: 'assign-uuid', uuid: other }])).status).toBe(400)
  expect((await commit(send, `${views}/strict`, [{ action: 'add-snapshot' }])).status).toBe(400)
  expect((await commit(send, `${views}/strict`, [], [{ type: 'assert-create' }])).status).toBe(400)
  expect(
    (await send('POST', `${views}/strict`, { identifier: { namespace: ['v'], name: 'x' }, updates: [] }))
      .status,
  ).toBe(400)
  expect((await send('POST', views, { name: 'x' })).status).toBe(400)
})

test('concurrent commits to one view through two replicas all succeed', async () => {
  const other = await server.replica()
  await server.send('POST', views, viewBody('busy'))
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      commit(n % 2 === 0 ? server.send : other, `${views}/busy`, [setProperties({ [`k${n}`]: 'v' })]),
    ),
  )
  expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200))
  expect(
    Object.keys(readMetadata(await server.send('GET', `${views}/busy`))['properties'] ?? {}),
  ).toHaveLength(20)
})

test('a view can be registered from its metadata file, and never over an existing view', async () => {
  await using other = await testServer({ retentionSeconds: 0 })
  const { send } = other
  await send('POST', 'namespaces', { namespace: ['v'] })
  const created = await send('POST', views, viewBody('first'))
  const body = { name: 'second', 'metadata-location': readMetadataLocation(created) }
  expect((await send('POST', 'namespaces/v/register-view', body)).status).toBeOneOf([400, 409])
  await send('DELETE', `${views}/first`)
  expect(await send('POST', 'namespaces/v/register-view', body)).toMatchObject({
    status: 200,
    json: created.json,
  })
  expect(await send('POST', 'namespaces/v/register-view', body)).toMatchObject(
    errorBody(409, 'AlreadyExistsException', 'View already exists: v.second'),
  )
  const table = await send('POST', 'namespaces/v/tables', { name: 't', schema })
  expect(
    (
      await send('POST', 'namespaces/v/register-view', {
        name: 'x',
        'metadata-location': readMetadataLocation(table),
      })
    ).status,
  ).toBe(400)
  expect(
    (
      await send('POST', 'namespaces/v/register', {
        name: 'x',
        'metadata-location': readMetadataLocation(created),
      })
    ).status,
  ).toBe(400)
})
