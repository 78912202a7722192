import { readdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { type JsonObject, stringify } from '@headgate/json'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Send, type TestResponse, type TestCaller, type TestServer, testServer } from '../server.ts'
import { statement } from '../../src/store/sql.ts'
import { readCredential, keyBelow, storageClient } from './credentials.ts'
import { commit, readLocation, readMetadataLocation, readMetadata, schema, setProperties } from './tables.ts'

const asking = { 'x-iceberg-access-delegation': 'vended-credentials' }
const mine = 'namespaces/mine/tables'
const namespaceId = statement('test_namespace_id', 'select id from namespace where path = $1')
const toPlace = statement('test_place_of_warehouse', `select storage->>'root' as root from warehouse`)

let server: TestServer
/** Sends requests to a replica with empty caches. */
let other: Send
let attacker: TestCaller
let root: string
let counter = 0

// All metadata files exceed the row limit, and the replicas do not cache any.
beforeAll(async () => {
  server = await testServer({
    vending: { mode: 'gateway' },
    metadataRowLimitBytes: 10,
    metadataCacheBytes: 1,
  })
  other = await server.replica()
  attacker = await server.caller('attacker')
  for (const namespace of ['theirs', 'mine'])
    await server.send('POST', 'namespaces', { namespace: [namespace] })
  const [row] = await server.sql.run<{ id: string }>(namespaceId, ['mine'])
  await server.grant({ privilege: 'create', on: { kind: 'namespace', id: row?.id ?? '' }, to: attacker })
  await server.grant({ privilege: 'modify', on: { kind: 'namespace', id: row?.id ?? '' }, to: attacker })
  const [place] = await server.sql.run<{ root: string }>(toPlace)
  root = place?.root ?? ''
})
afterAll(() => server[Symbol.asyncDispose]())

const fresh = (): string => `t${(counter += 1)}`
const onDisk = (location: string): string => fileURLToPath(location.replace('s3://lakehouse', root))

async function filesBelow(location: string): Promise<string[]> {
  const entries = await readdir(onDisk(location), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .toSorted()
}

async function created(send: Send, path: string, name: string): Promise<TestResponse> {
  const response = await send('POST', path, { name, schema }, asking)
  expect(response.status).toBe(200)
  return response
}

/**
 * Overwrites the metadata file of a table with its own storage credential, which any writer of the table can
 * do.
 */
async function overwrite(table: TestResponse, metadata: JsonObject): Promise<void> {
  const location = readLocation(table)
  const file = keyBelow(location, readMetadataLocation(table).slice(location.length + 1))
  await storageClient(readCredential(table)).send(
    new PutObjectCommand({ ...file, Body: stringify(metadata) }),
  )
}

const refused = {
  status: 500,
  json: {
    error: {
      message: expect.stringMatching(/metadata file .* was changed .*table register .*--overwrite/) as string,
    },
  },
}

describe('a metadata file that was changed in storage', () => {
  test('a metadata file that was changed in storage cannot give a table the location or the metadata log of another table', async () => {
    const victim = await created(server.send, 'namespaces/theirs/tables', fresh())
    const before = await filesBelow(readLocation(victim))
    const name = fresh()
    const table = await created(attacker.send, mine, name)
    await overwrite(table, {
      ...readMetadata(table),
      location: readLocation(victim),
      properties: {
        'write.metadata.delete-after-commit.enabled': 'true',
        'write.metadata.previous-versions-max': '1',
      },
      'metadata-log': [{ 'timestamp-ms': 1_700_000_000_000, 'metadata-file': readMetadataLocation(victim) }],
    })
    const responses: TestResponse[] = []
    for (const send of [attacker.send, other])
      responses.push(await commit(send, `${mine}/${name}`, [setProperties({ next: 'step' })]))
    await sleep(200)
    expect(await filesBelow(readLocation(victim))).toEqual(before)
    for (const response of responses) expect(response).toMatchObject(refused)
  })

  test('all replicas refuse a table whose metadata file was changed in storage, until a valid file is registered over the table', async () => {
    const name = fresh()
    const table = await created(attacker.send, mine, name)
    await overwrite(table, { ...readMetadata(table), properties: { text: 'other' } })
    for (const send of [server.send, other])
      expect(await send('GET', `${mine}/${name}`)).toMatchObject({ status: 500 })
    const body = { name, 'metadata-location': readMetadataLocation(table), overwrite: true }
    expect(await server.send('POST', 'namespaces/mine/register', body)).toMatchObject({ status: 200 })
    for (const send of [server.send, other])
      expect(readMetadata(await send('GET', `${mine}/${name}`))).toMatchObject({
        properties: { text: 'other' },
      })
  })

  test('the server refuses a commit when the metadata file was changed in storage to the uuid of another table', async () => {
    const victim = await created(server.send, 'namespaces/theirs/tables', fresh())
    const name = fresh()
    const table = await created(attacker.send, mine, name)
    await overwrite(table, {
      ...readMetadata(table),
      'table-uuid': readMetadata(victim)['table-uuid'] ?? null,
    })
    // The table has no recorded digest, as after an upgrade.
    await server.sql.run(statement('test_forget_digest', 'update relation set digest_location = null'))
    expect(await commit(other, `${mine}/${name}`, [setProperties({ a: 'b' })])).toMatchObject(refused)
  })
})
