import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Json, JsonObject } from '@headgate/json'
import { type TestResponse, type TestServer, testServer } from '../server.ts'
import { commit, toCreation, errorBody, readMetadataLocation, schema, textAt, viewBody } from './tables.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
  await server.send('POST', 'namespaces', { namespace: ['u'] })
})
afterAll(() => server[Symbol.asyncDispose]())

const tables = 'namespaces/u/tables'
const named = (name: string): JsonObject => ({ namespace: ['u'], name })
const transact = (...changes: readonly JsonObject[]): Promise<TestResponse> =>
  server.send('POST', 'transactions/commit', { 'table-changes': changes })
const taken = (kind: string, name: string): object =>
  errorBody(
    409,
    'AlreadyExistsException',
    `Cannot create u.${name}: a ${kind} with its uuid already exists in the warehouse, possibly under another name or as a dropped ${kind}.`,
  )

/** Creates a table of format version 1 without a UUID, as older writers do, and returns its path. */
async function withoutUuid(name: string): Promise<string> {
  const location = `${server.root}/${name}`
  const file = `${location}/metadata/00000-a.metadata.json`
  await mkdir(fileURLToPath(`${location}/metadata`), { recursive: true })
  const metadata = {
    'format-version': 1,
    location,
    'last-updated-ms': 1_700_000_000_000,
    'last-column-id': 1,
    schema,
    'partition-spec': [],
    properties: {},
  }
  await writeFile(fileURLToPath(file), JSON.stringify(metadata))
  const response = await server.send('POST', 'namespaces/u/register', { name, 'metadata-location': file })
  expect(response.status).toBe(200)
  return `${tables}/${name}`
}

async function readUuid(name: string): Promise<Json> {
  return textAt((await server.send('POST', tables, { name, schema })).json, 'metadata', 'table-uuid')
}

test('no request creates a table with the UUID of another table, nor does a transaction', async () => {
  const uuid = await readUuid('first')
  const staged = toCreation(
    await server.send('POST', tables, { name: 'wants', schema, 'stage-create': true }),
  )
  const creation = { ...staged, updates: [...staged.updates.slice(1), { action: 'assign-uuid', uuid }] }
  expect(await server.send('POST', `${tables}/wants`, creation)).toMatchObject(taken('table', 'wants'))
  expect(await transact({ identifier: named('wants'), ...creation })).toMatchObject(taken('table', 'wants'))
  await server.send('DELETE', `${tables}/first`)
  expect(await server.send('POST', `${tables}/wants`, creation)).toMatchObject(taken('table', 'wants'))
})

test('a metadata file cannot be registered under two names', async () => {
  const table = await server.send('POST', tables, { name: 'registered', schema })
  const view = await server.send('POST', 'namespaces/u/views', viewBody('seen'))
  const again = (path: string, of: TestResponse): Promise<TestResponse> =>
    server.send('POST', `namespaces/u/${path}`, {
      name: 'again',
      'metadata-location': readMetadataLocation(of),
    })
  expect(await again('register', table)).toMatchObject(taken('table', 'again'))
  expect(await again('register-view', view)).toMatchObject(taken('view', 'again'))
})

test('a table without a UUID cannot get the UUID of another table, nor in a transaction', async () => {
  const updates = [{ action: 'assign-uuid', uuid: await readUuid('owner') }]
  const path = await withoutUuid('old')
  const refused = errorBody(
    400,
    'BadRequestException',
    'Cannot assign this uuid, because another table of the warehouse has it. Remove the update, or choose another uuid.',
  )
  expect(await commit(server.send, path, updates)).toMatchObject(refused)
  expect(await transact({ identifier: named('old'), requirements: [], updates })).toMatchObject(refused)
  const free = [{ action: 'assign-uuid', uuid: crypto.randomUUID() }]
  expect((await transact({ identifier: named('old'), requirements: [], updates: free })).status).toBe(204)
})
