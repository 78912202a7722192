import { readFile, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { stringify, type JsonObject } from '@headgate/json'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, testServer } from '../server.ts'
import {
  append,
  commit,
  readMetadataLocation,
  readMetadata,
  objectAt,
  schema,
  setProperties,
} from './tables.ts'

let server: TestServer
let small: TestServer
beforeAll(async () => {
  server = await testServer()
  // Each metadata file exceeds the row limit, and few files fit into the cache, so the server reads them from
  // storage.
  small = await testServer({ metadataRowLimitBytes: 100, metadataCacheBytes: 20_000 })
  for (const { send } of [server, small]) await send('POST', 'namespaces', { namespace: ['n'] })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await small[Symbol.asyncDispose]()
})

const tables = 'namespaces/n/tables'

/**
 * Creates a table with this number of snapshots. Refs name two of the snapshots, and the metadata is large
 * enough for compression.
 */
async function history({ send }: TestServer, name: string, count = 100): Promise<string> {
  await send('POST', tables, { name, schema, properties: { text: 'x'.repeat(3_000) } })
  const updates = Array.from({ length: count }, (_, n) =>
    append(n + 1, n + 1, n === 0 ? undefined : n),
  ).flat()
  updates.push({ action: 'set-snapshot-ref', 'ref-name': 'tag', type: 'tag', 'snapshot-id': 50 })
  expect((await commit(send, `${tables}/${name}`, updates)).status).toBe(200)
  return `${tables}/${name}`
}

/** Returns the response with its body still compressed. */
async function wire(
  url: string,
  path: string,
  headers: Record<string, string>,
): Promise<{ body: Buffer; headers: Record<string, unknown>; status: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request(`${url}/v1/lakehouse/${path}`, { headers }, resolve).on('error', reject).end()
  const response = await promise
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  return { body: Buffer.concat(chunks), headers: response.headers, status: response.statusCode ?? 0 }
}

test('the query parameter `snapshots=refs` returns only the referenced snapshots, and `all` or no parameter returns all', async () => {
  for (const one of [server, small]) {
    const path = await history(one, 'modes')
    const ids = async (query: string): Promise<unknown[]> =>
      (readMetadata(await one.send('GET', path + query))['snapshots'] as JsonObject[]).map(
        (it) => it['snapshot-id'],
      )
    for (let round = 0; round < 2; round += 1) {
      expect(await ids('')).toHaveLength(100)
      expect(await ids('?snapshots=all')).toHaveLength(100)
      expect(await ids('?snapshots=refs')).toEqual([50, 100])
    }
    expect(await one.send('GET', `${path}?snapshots=some`)).toMatchObject({ status: 400 })
  }
})

test('each form of a load response (snapshots all or refs) has its own ETag, and a matching ETag returns 304 until the next commit', async () => {
  const { send } = server
  const path = await history(server, 'tags')
  const [all, refs] = [await send('GET', path), await send('GET', `${path}?snapshots=refs`)]
  const [allTag, refsTag] = [all.headers.get('etag') ?? '', refs.headers.get('etag') ?? '']
  expect(allTag).not.toBe(refsTag)
  expect(all.headers.get('cache-control')).toBe('private, no-cache')
  expect(all.headers.get('vary')).toContain('Authorization')
  for (const [query, tag] of [
    ['', allTag],
    ['?snapshots=refs', refsTag],
    ['', `"x", ${allTag}`],
    ['', '*'],
  ] as const) {
    const response = await send('GET', path + query, undefined, { 'if-none-match': tag })
    expect(response).toMatchObject({ status: 304, json: null })
    expect(response.headers.get('vary')).toContain('Authorization')
  }
  for (const [query, tag] of [
    ['', refsTag],
    ['?snapshots=refs', allTag],
    ['', 'nonsense'],
    ['', '"x"'],
  ] as const) {
    expect((await send('GET', path + query, undefined, { 'if-none-match': tag })).status).toBe(200)
  }
  await commit(send, path, [setProperties({ a: '1' })])
  expect((await send('GET', path, undefined, { 'if-none-match': allTag })).status).toBe(200)
})

test('a large table has equal content in all forms of a load response after any number of commits', async () => {
  for (const one of [server, small]) {
    const path = await history(one, 'large', 900)
    for (let id = 901; id <= 903; id += 1) {
      expect((await commit(one.send, path, append(id, id, id - 1))).status).toBe(200)
      const loaded = await one.send('GET', path)
      const stored = await readFile(fileURLToPath(readMetadataLocation(loaded)), 'utf8')
      const plain = await wire(one.url, path, {})
      expect(plain.body.toString()).toContain(`"metadata":${stored}`)
      const compressed = await wire(one.url, path, { 'accept-encoding': 'gzip' })
      expect(gunzipSync(compressed.body).equals(plain.body)).toBe(true)
      const snapshots = readMetadata(loaded)['snapshots'] as JsonObject[]
      expect(snapshots.map((it) => it['snapshot-id'])).toEqual(Array.from({ length: id }, (_, n) => n + 1))
      const refs = readMetadata(await one.send('GET', `${path}?snapshots=refs`))
      expect((refs['snapshots'] as JsonObject[]).map((it) => it['snapshot-id'])).toEqual([50, id])
    }
  }
})

test('the gzip response decompresses to the plain response, byte for byte', async () => {
  for (const one of [server, small]) {
    const path = await history(one, 'packed')
    for (const query of ['', '?snapshots=refs']) {
      const plain = await wire(one.url, path + query, {})
      const compressed = await wire(one.url, path + query, { 'accept-encoding': 'gzip, deflate' })
      expect(plain.headers['content-encoding']).toBeUndefined()
      expect(compressed.headers['content-encoding']).toBe('gzip')
      expect(gunzipSync(compressed.body).equals(plain.body)).toBe(true)
      expect(compressed.headers['etag']).toBe(plain.headers['etag'])
      const refused = await wire(one.url, path + query, { 'accept-encoding': 'gzip;q=0, br' })
      expect(refused.headers['content-encoding']).toBeUndefined()
    }
  }
})

test('unknown fields and 64-bit ids of a registered file are served unchanged, and survive commits', async () => {
  for (const one of [server, small]) {
    const source = await one.send('POST', tables, { name: 'source', schema })
    const text = stringify({
      ...readMetadata(source),
      'table-uuid': crypto.randomUUID(),
      location: `${one.root}/foreign`,
      'x-unknown': { nested: [1, 9_223_372_036_854_775_807n, 1.5, null], ['__proto__']: 'kept' },
      'last-sequence-number': 9_007_199_254_740_993n,
      'current-snapshot-id': 9_223_372_036_854_775_806n,
      refs: { main: { 'snapshot-id': 9_223_372_036_854_775_806n, type: 'branch', 'x-ref': 1 } },
      snapshots: [
        {
          'snapshot-id': 9_223_372_036_854_775_806n,
          'sequence-number': 9_007_199_254_740_993n,
          'timestamp-ms': 1_700_000_000_000,
          'manifest-list': `${one.root}/foreign/m.avro`,
          summary: { operation: 'append' },
          'schema-id': 0,
          'x-snapshot': 'kept',
        },
      ],
      'snapshot-log': [],
    })
    const spaced = text.replaceAll('":', '" : ')
    const file = `${one.root}/foreign-${crypto.randomUUID()}.metadata.json`
    await writeFile(fileURLToPath(file), spaced)
    const registered = await one.send('POST', 'namespaces/n/register', {
      name: 'foreign',
      'metadata-location': file,
    })
    expect(registered.status).toBe(200)
    const { body } = await wire(one.url, `${tables}/foreign`, {})
    expect(body.toString()).toContain(spaced)
    const response = await commit(one.send, `${tables}/foreign`, [setProperties({ a: '1' })])
    expect(response.status).toBe(200)
    for (const metadata of [
      readMetadata(response),
      readMetadata(await one.send('GET', `${tables}/foreign`)),
    ]) {
      expect(metadata).toMatchObject({
        'x-unknown': { nested: [1, 9_223_372_036_854_775_807n, 1.5, null] },
        'last-sequence-number': 9_007_199_254_740_993n,
        'current-snapshot-id': 9_223_372_036_854_775_806n,
        snapshots: [{ 'snapshot-id': 9_223_372_036_854_775_806n, 'x-snapshot': 'kept' }],
        properties: { a: '1' },
      })
      expect(Object.getOwnPropertyDescriptor(objectAt(metadata, 'x-unknown'), '__proto__')?.value).toBe(
        'kept',
      )
    }
  }
})

test('a gzipped file can be registered', async () => {
  const source = await server.send('POST', tables, { name: 'gz-source', schema })
  const metadata = {
    ...readMetadata(source),
    'table-uuid': crypto.randomUUID(),
    location: `${server.root}/gz`,
  }
  const file = `${server.root}/00007-x.gz.metadata.json`
  await writeFile(fileURLToPath(file), gzipSync(stringify(metadata)))
  expect(
    (await server.send('POST', 'namespaces/n/register', { name: 'gz', 'metadata-location': file })).status,
  ).toBe(200)
  expect(readMetadata(await server.send('GET', `${tables}/gz`))).toEqual(metadata)
  expect(
    readMetadataLocation(await commit(server.send, `${tables}/gz`, [setProperties({ a: '1' })])),
  ).toContain('/gz/metadata/00008-')
})

test('the cache of metadata texts stays within its limit in bytes', async () => {
  for (let n = 0; n < 10; n += 1) {
    await small.send('POST', tables, {
      name: `big-${n}`,
      schema,
      properties: { text: crypto.randomUUID().repeat(200) },
    })
    expect((await small.send('GET', `${tables}/big-${n}`)).status).toBe(200)
  }
  const { metadataTexts } = small.context.deps
  expect(metadataTexts.bytes).toBeLessThanOrEqual(20_000)
  for (let n = 0; n < 10; n += 1) expect((await small.send('GET', `${tables}/big-${n}`)).status).toBe(200)
})

test('a missing metadata file results in 404 with the message text that clients search for', async () => {
  const created = await server.send('POST', tables, { name: 'lost', schema })
  const location = readMetadataLocation(created)
  await server.context.deps.warehouses
    .get('lakehouse')
    .then((warehouse) => warehouse?.storage.delete(location))
  expect(await server.send('GET', `${tables}/lost`)).toMatchObject({
    status: 404,
    json: {
      error: { type: 'NotFoundException', message: `Failed to open input stream for file: ${location}` },
    },
  })
})
