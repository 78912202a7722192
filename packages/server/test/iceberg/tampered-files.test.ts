import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type JsonObject, stringify } from '@headgate/json'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { type Send, type TestResponse, type TestServer, testServer } from '../server.ts'
import {
  commit,
  readLocation,
  readMetadataLocation,
  readMetadata,
  schema,
  setProperties,
  viewBody,
} from './tables.ts'

let server: TestServer
/** Sends requests to a replica with empty caches. */
let other: Send
let counter = 0

// Every metadata file exceeds the row limit, and no replica caches a file.
beforeAll(async () => {
  server = await testServer({ retentionSeconds: 0, metadataRowLimitBytes: 10, metadataCacheBytes: 1 })
  other = await server.replica()
  for (const namespace of ['theirs', 'mine'])
    await server.send('POST', 'namespaces', { namespace: [namespace] })
})
afterAll(() => server[Symbol.asyncDispose]())

const fresh = (): string => `t${(counter += 1)}`
const mine = 'namespaces/mine/tables'

async function create(path: string, name: string): Promise<TestResponse> {
  const response = await server.send('POST', path, { name, schema })
  expect(response.status).toBe(200)
  return response
}

async function put(location: string, content = 'x'): Promise<string> {
  const path = fileURLToPath(location)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, content)
  return location
}

/**
 * Creates a table of another owner with files, and a file that no table claims. Returns the location of each
 * file.
 */
async function victimFiles(): Promise<string[]> {
  const victim = await create('namespaces/theirs/tables', fresh())
  const location = readLocation(victim)
  return [
    readMetadataLocation(victim),
    await put(`${location}/data/part.parquet`),
    await put(`${location}/metadata/manifest.avro`),
    await put(`${server.root}/landing/${fresh()}.parquet`),
  ]
}

const left = async (files: readonly string[]): Promise<string[]> => {
  const found = await Promise.all(
    files.map((file) =>
      readFile(fileURLToPath(file)).then(
        () => [file],
        () => [],
      ),
    ),
  )
  return found.flat()
}

const overwrite = (table: TestResponse, more: JsonObject): Promise<string> =>
  put(readMetadataLocation(table), stringify({ ...readMetadata(table), ...more }))

const readLog = (files: readonly string[]): JsonObject[] =>
  files.map((file, at) => ({ 'timestamp-ms': 1_700_000_000_000 + at, 'metadata-file': file }))

const forgetDigest = statement(
  'test_forget_digest_of',
  'update relation set digest_location = null where uuid = $1',
)
const readRow = statement('test_row_of', 'select from relation where uuid = $1')

/** Deletes the recorded metadata digest of a table, as after an upgrade from a version without digests. */
const withoutDigest = (table: TestResponse): Promise<unknown> =>
  server.sql.run(forgetDigest, [readMetadata(table)['table-uuid']])

describe('A metadata file above the row limit that names files of other tables', () => {
  const expiring = {
    'write.metadata.delete-after-commit.enabled': 'true',
    'write.metadata.previous-versions-max': '1',
  }

  test('The server refuses a commit to a table whose metadata file was changed in storage, and deletes no file that the changed metadata names', async () => {
    const files = await victimFiles()
    const name = fresh()
    const table = await create(mine, name)
    const old = await put(`${readLocation(table)}/metadata/00000-old.metadata.json`, '{}')
    await overwrite(table, { properties: expiring, 'metadata-log': readLog([...files, old]) })
    for (const send of [server.send, other])
      expect((await commit(send, `${mine}/${name}`, [setProperties({ a: 'b' })])).status).toBe(500)
    await sleep(200)
    expect(await left([...files, old])).toEqual([...files, old])
  })

  test('A commit without a recorded digest deletes only files of the table itself', async () => {
    const files = await victimFiles()
    const name = fresh()
    const table = await create(mine, name)
    const old = await put(`${readLocation(table)}/metadata/00000-old.metadata.json`, '{}')
    await overwrite(table, { properties: expiring, 'metadata-log': readLog([...files, old, ...files]) })
    await withoutDigest(table)
    expect((await commit(other, `${mine}/${name}`, [setProperties({ a: 'b' })])).status).toBe(200)
    await expect.poll(() => left([old])).toEqual([])
    await sleep(200)
    expect(await left(files)).toEqual(files)
  })

  test.each([
    ['that differs from the recorded digest', false],
    ['without a recorded digest', true],
  ])('A purge of a table with metadata %s deletes no files of other tables', async (_, isForgotten) => {
    const files = await victimFiles()
    const name = fresh()
    const table = await create(mine, name)
    const own = await put(`${readLocation(table)}/metadata/own.puffin`)
    const statistics = [...files, own].map((file, at) => ({
      'snapshot-id': at + 1,
      'statistics-path': file,
      'file-size-in-bytes': 1,
      'file-footer-size-in-bytes': 1,
      'blob-metadata': [],
    }))
    const partitionStatistics = files.map((file, at) => ({
      'snapshot-id': at + 1,
      'statistics-path': file,
      'file-size-in-bytes': 1,
    }))
    await overwrite(table, {
      statistics,
      'partition-statistics': partitionStatistics,
      'metadata-log': readLog(files),
    })
    if (isForgotten) await withoutDigest(table)
    expect((await server.send('DELETE', `${mine}/${name}?purgeRequested=true`)).status).toBe(204)
    const rows = (): Promise<unknown[]> => server.sql.run(readRow, [readMetadata(table)['table-uuid']])
    await expect.poll(rows, { timeout: 20_000 }).toEqual([])
    expect(await left([own, readMetadataLocation(table)])).toEqual([])
    expect(await left(files)).toEqual(files)
  })
})

describe('The metadata file of a view that was changed in storage', () => {
  const views = 'namespaces/mine/views'
  const damaged = {
    status: 500,
    json: {
      error: {
        message: expect.stringMatching(
          /metadata file .* was changed .*Restore this file from a backup, or drop the view and create it again/,
        ) as string,
      },
    },
  }

  test('The server refuses loads and commits of a view whose metadata file was changed, names the repair, and accepts them after the file is restored', async () => {
    const name = fresh()
    const path = `${views}/${name}`
    const created = await server.send('POST', views, viewBody(name))
    expect(created.status).toBe(200)
    const file = fileURLToPath(readMetadataLocation(created))
    const before = await readFile(file)
    const text = stringify(readMetadata(created)).replaceAll('select 1', 'select secret')
    await writeFile(file, text)
    const update = { updates: [setProperties({ a: 'b' })] }
    for (const send of [server.send, other]) {
      for (const encoding of ['gzip', 'identity'])
        for (let time = 0; time < 2; time += 1) {
          const response = await send('GET', path, undefined, { 'accept-encoding': encoding })
          expect(response).toMatchObject(damaged)
          expect(JSON.stringify(response.json)).not.toContain('secret')
        }
      expect(await send('POST', path, update)).toMatchObject(damaged)
    }
    const folder = await readdir(join(file, '..'))
    expect(folder).toHaveLength(1)
    await writeFile(file, before)
    for (const send of [server.send, other])
      expect(readMetadata(await send('GET', path))).toEqual(readMetadata(created))
  })

  test('A client repairs a view whose metadata file was changed by dropping and creating it', async () => {
    const name = fresh()
    const created = await server.send('POST', views, viewBody(name))
    await put(readMetadataLocation(created), '{}')
    expect(await other('GET', `${views}/${name}`)).toMatchObject(damaged)
    expect((await server.send('DELETE', `${views}/${name}`)).status).toBe(204)
    expect((await server.send('POST', views, viewBody(name))).status).toBe(200)
    expect((await other('GET', `${views}/${name}`)).status).toBe(200)
  })
})
