import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { type TestResponse, type TestCaller, type TestServer, testServer } from '../server.ts'
import {
  commit,
  toCreation,
  idempotencyKey,
  readMetadataLocation,
  readMetadata,
  objectAt,
  schema,
  setProperties,
} from './tables.ts'

let server: TestServer
let extra: string
let ann: TestCaller
let bob: TestCaller
let counter = 0
beforeAll(async () => {
  extra = await mkdtemp(join(tmpdir(), 'headgate-extra-'))
  server = await testServer({ allowedLocations: [`file://${extra}`] })
  await server.send('POST', 'namespaces', { namespace: ['p'] })
  ann = await server.caller('ann')
  bob = await server.caller('bob')
  for (const to of [ann, bob])
    await server.grant({ privilege: 'create', on: { kind: 'warehouse', id: server.warehouseId }, to })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(extra, { recursive: true })
})

const tables = 'namespaces/p/tables'
const fresh = (): string => `t${(counter += 1)}`
const place = (): string => `${server.root}/chosen-${fresh()}`

function stage(by: TestCaller, location: string, name = fresh()): Promise<TestResponse> {
  return by.send('POST', tables, { name, schema, location, 'stage-create': true })
}

async function put(location: string, name = 'data.parquet'): Promise<void> {
  await mkdir(fileURLToPath(location), { recursive: true })
  await writeFile(join(fileURLToPath(location), name), 'x')
}

describe('a staged create', () => {
  test.each([
    ['at the same location', ''],
    ['below the location', '/below/it'],
    ['above the location', '/..'],
  ])(
    'a staged create reserves its location: the server refuses another create %s, staged or not',
    async (_, suffix) => {
      const base = `${place()}/a`
      expect((await stage(ann, base)).status).toBe(200)
      const other = suffix === '/..' ? base.slice(0, -2) : `${base}${suffix}`
      expect((await stage(bob, other)).status).toBe(400)
      expect((await server.send('POST', tables, { name: fresh(), schema, location: other })).status).toBe(400)
      const moved = await bob.send('POST', tables, { name: fresh(), schema })
      expect(moved.status).toBe(200)
      const path = `${tables}/${fresh()}`
      await server.send('POST', tables, { name: path.split('/').at(-1) ?? '', schema })
      expect((await commit(server.send, path, [setProperties({ 'write.data.path': other })])).status).toBe(
        400,
      )
    },
  )

  test('a staged create reserves its location for both schemes s3:// and s3a://', async () => {
    await using buckets = await testServer({ vending: { mode: 'gateway' } })
    await buckets.send('POST', 'namespaces', { namespace: ['p'] })
    for (const [first, second] of [
      ['s3://lakehouse', 's3a://lakehouse'],
      ['s3a://lakehouse', 's3://lakehouse'],
    ]) {
      const key = fresh()
      const create = (location: string, staged: boolean): Promise<TestResponse> =>
        buckets.send('POST', tables, { name: fresh(), schema, location, 'stage-create': staged })
      expect((await create(`${first}/${key}/x`, true)).status).toBe(200)
      for (const suffix of ['', '/x', '/x/below'])
        for (const staged of [true, false])
          expect((await create(`${second}/${key}${suffix}`, staged)).status, `${second}${suffix}`).toBe(400)
      expect((await create(`${second}/${key}/y`, true)).status).toBe(200)
    }
  })

  test('a principal can stage the same name again at a location that contains files of the former attempt', async () => {
    const [location, name] = [place(), fresh()]
    const first = await stage(ann, location, name)
    await put(`${location}/data`)
    const second = await stage(ann, location, name)
    expect(second.status).toBe(200)
    expect((await ann.send('POST', `${tables}/${name}`, toCreation(first))).status).toBe(400)
    expect((await ann.send('POST', `${tables}/${name}`, toCreation(second))).status).toBe(200)
  })

  test.each(['random', 'chosen'])(
    'only the principal that staged a table at a %s location can complete it',
    async (kind) => {
      const name = fresh()
      const body = { name, schema, 'stage-create': true, ...(kind === 'chosen' ? { location: place() } : {}) }
      const staged = await ann.send('POST', tables, body)
      const { location } = readMetadata(staged)
      await put(`${typeof location === 'string' ? location : ''}/data`)
      const path = `${tables}/${name}`
      expect((await bob.send('POST', path, toCreation(staged))).status).toBe(400)
      const change = { identifier: { namespace: ['p'], name }, ...toCreation(staged) }
      expect((await bob.send('POST', 'transactions/commit', { 'table-changes': [change] })).status).toBe(400)
      expect((await ann.send('POST', path, toCreation(staged))).status).toBe(200)
    },
  )

  test('a staged create cannot be completed after it expires or while its files are deleted', async () => {
    for (const change of ["ends_at = now() - interval '1 s'", 'clearing = true']) {
      const [location, name] = [place(), fresh()]
      const staged = await stage(ann, location, name)
      await server.sql.run(
        statement(`test_end_${change.slice(0, 4)}`, `update staged_relation set ${change} where uuid = $1`),
        [readMetadata(staged)['table-uuid']],
      )
      expect((await ann.send('POST', `${tables}/${name}`, toCreation(staged))).status, change).toBe(400)
    }
  })

  test('a repeated stage-create returns no storage access after the staged table expired, or while its files are deleted', async () => {
    await using buckets = await testServer({ vending: { mode: 'gateway' } })
    await buckets.send('POST', 'namespaces', { namespace: ['p'] })
    for (const change of ["ends_at = now() - interval '1 s'", 'clearing = true']) {
      const name = fresh()
      const body = { name, schema, location: `s3://lakehouse/${name}`, 'stage-create': true }
      const headers = { 'idempotency-key': idempotencyKey() }
      const repeat = (): Promise<TestResponse> => buckets.send('POST', tables, body, headers)
      const staged = await repeat()
      expect(objectAt((await repeat()).json, 'config')).toHaveProperty('s3.access-key-id')
      await buckets.sql.run(
        statement(
          `test_end_again_${change.slice(0, 4)}`,
          `update staged_relation set ${change} where uuid = $1`,
        ),
        [readMetadata(staged)['table-uuid']],
      )
      expect((await repeat()).status, change).toBe(404)
    }
  })

  test('only one of many concurrent stage-creates at overlapping locations on two replicas succeeds', async () => {
    const other = await server.replica()
    const base = place()
    const responses = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        (n % 2 === 0 ? server.send : other)('POST', tables, {
          name: fresh(),
          schema,
          location: n % 3 === 0 ? base : `${base}/${n % 3 === 1 ? 'a' : 'a/b'}`,
          'stage-create': true,
        }),
      ),
    )
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(1)
  })
})

describe('a location with files that no table claims', () => {
  test('a request that chooses a location with files that no table claims requires administer-storage', async () => {
    const landing = place()
    await put(`${landing}/incoming`)
    for (const location of [landing, `${landing}/incoming`]) {
      expect((await stage(ann, location)).status).toBe(403)
      expect((await ann.send('POST', tables, { name: fresh(), schema, location })).status).toBe(403)
      const name = fresh()
      await ann.send('POST', tables, { name, schema })
      for (const update of [
        { action: 'set-location', location },
        setProperties({ 'write.data.path': location }),
        setProperties({ 'write.metadata.path': location }),
      ])
        expect((await commit(ann.send, `${tables}/${name}`, [update])).status).toBe(403)
    }
    expect((await readdir(fileURLToPath(landing))).toSorted()).toEqual(['incoming'])
    expect((await server.send('POST', tables, { name: fresh(), schema, location: landing })).status).toBe(200)
  })

  test('a create at a location with files needs no further privilege within a location that was granted to the namespace', async () => {
    const granted = place()
    await put(`${granted}/old`)
    const locations = '/management/v1/warehouses/lakehouse/namespace/locations'
    await server.send('POST', locations, { namespace: ['p'], location: granted })
    expect(
      (await ann.send('POST', tables, { name: fresh(), schema, location: `${granted}/old` })).status,
    ).toBe(200)
  })

  test('a location that a table has left is retired, and a new table there requires administer-storage', async () => {
    const [location, name] = [place(), fresh()]
    await server.send('POST', tables, { name, schema, location })
    expect((await server.send('POST', `${tables}/${name}/unregister`)).status).toBe(200)
    await rm(fileURLToPath(location), { recursive: true })
    expect((await ann.send('POST', tables, { name: fresh(), schema, location })).status).toBe(400)
    expect((await server.send('POST', tables, { name: fresh(), schema, location })).status).toBe(200)
  })
})

test('register returns equal responses for files, directories and missing files within hidden tables', async () => {
  const location = place()
  const victim = await server.send('POST', tables, { name: fresh(), schema, location })
  await put(`${location}/data`)
  const outcomes = []
  for (const file of [
    readMetadataLocation(victim),
    `${location}/data/data.parquet`,
    `${location}/data`,
    `${location}/none`,
  ]) {
    const body = { name: fresh(), 'metadata-location': file }
    const { status, json } = await ann.send('POST', 'namespaces/p/register', body)
    outcomes.push([status, JSON.stringify(json).replaceAll(file, '')])
  }
  expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome)))).toHaveProperty('size', 1)
  expect(outcomes[0]?.[0]).toBe(403)
})

test("register reads no file of a table after the caller's right was revoked, also before the server receives the notification", async () => {
  const location = place()
  const victim = await server.send('POST', tables, { name: fresh(), schema, location })
  const [row] = await server.sql.run<{ id: string }>(
    statement('test_id_of_table', 'select id from relation where uuid = $1'),
    [readMetadata(victim)['table-uuid']],
  )
  const on = { kind: 'relation', id: row?.id ?? '' } as const
  const former = await server.caller('former')
  await server.grant({ privilege: 'create', on: { kind: 'warehouse', id: server.warehouseId }, to: former })
  await server.grant({ privilege: 'manage', on, to: former })
  // Waits until the server has received the notifications of these grants, so that none of them arrives after the
  // revocation.
  await sleep(300)
  const body = { name: fresh(), 'metadata-location': `${location}/none.metadata.json` }
  expect((await former.send('POST', 'namespaces/p/register', body)).status).toBe(404)
  // Revokes the right like `revoke`, but sends no notification to the server.
  await server.sql.run(
    statement(
      'test_silent_revocation',
      `with gone as (delete from grant_entry where securable_id = $1 returning 1)
       update policy set version = version + 1 where exists (select from gone)`,
    ),
    [on.id],
  )
  expect((await former.send('POST', 'namespaces/p/register', body)).status).toBe(403)
})
