import { S3Client } from '@aws-sdk/client-s3'
import { isRestError, RestCatalog } from '@headgate/iceberg/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, testServer } from '../server.ts'

let server: TestServer
let catalog: RestCatalog
beforeAll(async () => {
  server = await testServer()
  catalog = await RestCatalog.connect({ uri: server.url, warehouse: 'lakehouse' })
})
afterAll(async () => {
  await catalog[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const struct = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: true }] } as const

test('the client reads the configuration of the server', () => {
  expect(catalog.config).toMatchObject({
    prefix: 'lakehouse',
    namespaceSeparator: '%1F',
    idempotencyKeyLifetimeMs: 1_800_000,
  })
  expect(catalog.supports('commitTransaction')).toBe(true)
})

test('namespaces are created, listed page by page, changed and dropped', async () => {
  const parent = ['client', "ü / '%"]
  await catalog.createNamespace(['client'])
  expect(await catalog.createNamespace(parent, { a: '1' })).toMatchObject({ a: '1' })
  for (const child of ['x', 'y', 'z']) await catalog.createNamespace([...parent, child])
  const children = await all(catalog.listNamespaces({ parent, pageSize: 2 }))
  expect(children).toEqual([
    [...parent, 'x'],
    [...parent, 'y'],
    [...parent, 'z'],
  ])
  await catalog.updateNamespaceProperties(parent, { updates: { b: '2' }, removals: ['a'] })
  expect(await catalog.loadNamespace(parent)).toEqual({ b: '2' })
  await expect(catalog.dropNamespace(parent)).rejects.toSatisfy((error) =>
    isRestError(error, 'NamespaceNotEmptyException'),
  )
  for (const child of children) await catalog.dropNamespace(child)
  await catalog.dropNamespace(parent)
  expect(await catalog.namespaceExists(parent)).toBe(false)
})

test('a table is created, loaded, listed, committed to with a snapshot id above 2^53, renamed and dropped', async () => {
  const orders = { namespace: ['t'], name: 'orders' }
  await catalog.createNamespace(['t'])
  const created = await catalog.createTable(orders, { schema: struct, properties: { a: 'b' } })
  expect(created).toMatchObject({ staged: false, metadata: { properties: { a: 'b' } } })
  const id = 3_055_729_675_574_597_004n
  const committed = await catalog.commitTable(orders, {
    requirements: [{ type: 'assert-table-uuid', uuid: created.metadata['table-uuid'] ?? '' }],
    updates: [
      {
        action: 'add-snapshot',
        snapshot: {
          'snapshot-id': id,
          'sequence-number': 1,
          'timestamp-ms': Date.now(),
          'manifest-list': 'file:///tmp/snap.avro',
          summary: { operation: 'append' },
          'schema-id': 0,
        },
      },
      { action: 'set-snapshot-ref', 'ref-name': 'main', ref: { type: 'branch', 'snapshot-id': id } },
    ],
  })
  expect(committed.metadata['current-snapshot-id']).toBe(id)
  const loaded = await catalog.loadTable(orders)
  expect(loaded.metadata).toEqual(committed.metadata)
  expect(loaded).toMatchObject({ metadataLocation: committed.metadataLocation, etag: committed.etag })
  await expect(
    catalog.commitTable(orders, {
      requirements: [{ type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': 1 }],
      updates: [{ action: 'set-properties', updates: { c: 'd' } }],
    }),
  ).rejects.toMatchObject({ status: 409, type: 'CommitFailedException', outcomeUnknown: false })
  await catalog.renameTable(orders, { ...orders, name: 'renamed' })
  expect(await all(catalog.listTables(['t'], { pageSize: 1 }))).toEqual([
    { namespace: ['t'], name: 'renamed' },
  ])
  expect(await catalog.tableExists(orders)).toBe(false)
  await catalog.dropTable({ ...orders, name: 'renamed' })
  await expect(catalog.loadTable(orders)).rejects.toMatchObject({ status: 404, type: 'NoSuchTableException' })
})

test('a staged table exists from its first commit', async () => {
  const identifier = { namespace: ['staged'], name: 'ctas' }
  await catalog.createNamespace(['staged'])
  const staged = await catalog.createTable(identifier, { schema: struct, stageCreate: true })
  expect(staged).toMatchObject({ staged: true, metadataLocation: null })
  expect(await catalog.tableExists(identifier)).toBe(false)
  const { metadata } = staged
  const [current] = metadata.schemas
  if (current === undefined) throw new Error('the table has no schema')
  const committed = await catalog.commitTable(identifier, {
    requirements: [{ type: 'assert-create' }],
    updates: [
      { action: 'assign-uuid', uuid: metadata['table-uuid'] ?? '' },
      { action: 'upgrade-format-version', 'format-version': 2 },
      { action: 'add-schema', schema: current },
      { action: 'set-current-schema', 'schema-id': -1 },
      { action: 'add-spec', spec: { 'spec-id': 0, fields: [] } },
      { action: 'set-default-spec', 'spec-id': -1 },
      { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: [] } },
      { action: 'set-default-sort-order', 'sort-order-id': -1 },
      { action: 'set-location', location: metadata.location },
    ],
  })
  expect(committed.metadata.location).toBe(metadata.location)
  expect(await catalog.tableExists(identifier)).toBe(true)
})

test('a bearer token identifies the client, which cannot see tables of others', async () => {
  const { token } = await server.caller('client-of-nothing')
  const connected = (bearer: string): Promise<RestCatalog> =>
    RestCatalog.connect({
      uri: server.url,
      warehouse: 'lakehouse',
      properties: { 'rest.auth.type': 'bearer', 'rest.auth.bearer.token': bearer },
    })
  await expect(connected(token)).rejects.toMatchObject({ name: 'NoSuchWarehouseError', status: 404 })
  await expect(connected('no-such-token')).rejects.toMatchObject({
    status: 401,
    type: 'NotAuthorizedException',
  })
})

test('the AWS SDK accepts the storage credentials of a table unchanged', async () => {
  const identifier = { namespace: ['sdk'], name: 't' }
  await catalog.createNamespace(['sdk'])
  const table = await catalog.createTable(identifier, { schema: struct })
  const expiresAt = Date.now() + 3_600_000
  const config = {
    's3.access-key-id': 'HGKEY',
    's3.secret-access-key': 'secret',
    's3.session-token': 'session',
    's3.session-token-expires-at-ms': String(expiresAt),
  }
  const { location } = table.metadata
  const vended = { ...table, storageCredentials: [{ prefix: location, config, refreshToken: null }] }
  const credentials = catalog.storageCredentials(vended, { location })
  using client = disposable(new S3Client({ region: 'eu-central-1', credentials }))
  expect(await client.s3.config.credentials()).toMatchObject({
    accessKeyId: 'HGKEY',
    secretAccessKey: 'secret',
    sessionToken: 'session',
    expiration: new Date(expiresAt),
  })
})

function disposable(s3: S3Client): { s3: S3Client } & Disposable {
  return { s3, [Symbol.dispose]: () => s3.destroy() }
}

async function all<T>(list: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = []
  for await (const item of list) items.push(item)
  return items
}
