import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toMetadataKey } from '../store/relations.ts'
import type { Resolved } from '../store/resolve-relation.ts'
import { statement } from '../store/sql.ts'
import { schema } from '../../test/iceberg/tables.ts'
import { type TestServer, testServer } from '../../test/server.ts'
import { resolve, type WantedText } from './resolve.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
  await server.send('POST', 'namespaces', { namespace: ['n'] })
})
afterAll(() => server[Symbol.asyncDispose]())

const withText: WantedText = { snapshots: 'all', known: null }

async function create(name: string): Promise<void> {
  expect((await server.send('POST', 'namespaces/n/tables', { name, schema })).status).toBe(200)
}

function find(name: string, wanted: WantedText = withText): Promise<Resolved> {
  return resolve(server.sql, server.warehouseId, { namespace: ['n'], name }, wanted)
}

async function change(sql: string): Promise<void> {
  await server.sql.run(statement(`test_${randomUUID()}`, sql))
}

/** Changes of one column each, with a description and as SQL. */
const changes: readonly (readonly [string, string])[] = [
  ['another owner', 'update relation set owner_id = gen_random_uuid()'],
  ['another definer', 'update relation set definer_id = gen_random_uuid()'],
  ['its protection', 'update relation set protected = not protected'],
  ['other prefixes', `update relation set prefixes = array['s3://elsewhere/', 's3://b/"quoted", {x}/']`],
  ['a revocation of storage access', 'update relation set not_before = clock_timestamp()'],
  ['a commit', `update relation set version = version + 1, metadata_location = metadata_location || '+'`],
  ['a digest', `update relation set metadata_digest = sha256('x'), digest_location = metadata_location`],
  ['another uuid', 'update relation set uuid = gen_random_uuid()'],
  ['another location', `update relation set location = location || '+'`],
  ['its kind', `update relation set kind = case kind when 'view' then 'table' else 'view' end`],
  ['another owner of the namespace', 'update namespace set owners = array[gen_random_uuid()]'],
  ['another lineage of the namespace', 'update namespace set lineage = lineage || gen_random_uuid()'],
  ['another version of the policy', 'update policy set version = version + 1'],
  [
    'a drop',
    `update relation set namespace_id = null, namespace_path = 'n', dropped_at = now(), expires_at = now()`,
  ],
]

describe('resolve', () => {
  test('resolve returns each change of a table row after the change was committed', async () => {
    await create('steady')
    for (const [what, sql] of changes) {
      const before = await find('steady')
      await change(sql)
      expect(await find('steady'), what).not.toEqual(before)
    }
    expect((await find('steady')).relation).toBeNull()
  })

  test('resolve returns every column with the value in the database', async () => {
    await create('complete')
    await change(`update relation set prefixes = array['s3://b/a/', 's3://b/c d/'], protected = true,
      scan_planning = 'server', definer_id = null, not_before = '2026-01-02 03:04:05.678901+00',
      metadata_digest = sha256('x'), digest_location = metadata_location where name = 'complete'`)
    const [row] = await server.sql.run<{ row: Readonly<Record<string, unknown>> }>(
      statement(
        'test_complete',
        `select json_build_object('id', r.id, 'kind', r.kind, 'uuid', r.uuid, 'version', r.version,
           'metadataLocation', r.metadata_location, 'digest', encode(r.metadata_digest, 'hex'), 'location', r.location,
           'ownerId', r.owner_id, 'definerId', r.owner_id, 'protected', true, 'scanPlanning', 'server', 'prefixes', E's3://b/a/\\ns3://b/c d/') as row
         from relation r where name = 'complete'`,
      ),
    )
    const { relation, namespace, policyVersion } = await find('complete', { snapshots: 'none', known: null })
    const notBefore = Date.UTC(2026, 0, 2, 3, 4, 5) + 678.901
    expect(relation).toEqual({ ...row?.row, notBefore: expect.closeTo(notBefore, 2), body: null })
    const others = statement(
      'test_others',
      `select version as "policyVersion", id, lineage::text, owners::text from policy, namespace where path = 'n'`,
    )
    expect(await server.sql.run(others)).toEqual([{ policyVersion, ...namespace }])
  })

  test('resolve returns the metadata text unless the caller already has it', async () => {
    await create('texts')
    const { relation } = await find('texts')
    expect(relation?.body?.compressed).toBeInstanceOf(Buffer)
    const known = relation === null ? null : toMetadataKey(relation)
    expect((await find('texts', { snapshots: 'all', known })).relation).toEqual({ ...relation, body: null })
    expect((await find('texts', { snapshots: 'none', known: null })).relation).toEqual({
      ...relation,
      body: null,
    })
    expect(await find('texts', { snapshots: 'all', known: `${known}+` })).toEqual(await find('texts'))
  })

  test('resolve does not return a known metadata text again when its row has no digest', async () => {
    await create('undigested')
    const where = `where name = 'undigested'`
    for (const columns of ['metadata_digest = null', `digest_location = 's3://b/previous'`]) {
      await change(`update relation set ${columns} ${where}`)
      const { relation } = await find('undigested')
      expect([relation?.digest, relation?.body === null]).toEqual([null, false])
      const known = relation === null ? null : toMetadataKey(relation)
      expect((await find('undigested', { snapshots: 'all', known })).relation?.body).toBeNull()
    }
    const { relation } = await find('undigested')
    const known = relation === null ? null : toMetadataKey(relation)
    await change(
      `update relation set metadata_digest = sha256('x'), digest_location = metadata_location ${where}`,
    )
    expect((await find('undigested', { snapshots: 'all', known })).relation?.body).not.toBeNull()
  })

  test('resolve returns null for a missing relation and a missing namespace', async () => {
    const missing = await find('missing')
    expect([missing.namespace === null, missing.relation]).toEqual([false, null])
    const identifier = { namespace: ['missing'], name: 'steady' }
    expect(await resolve(server.sql, server.warehouseId, identifier)).toMatchObject({
      namespace: null,
      relation: null,
    })
    await create('missing')
    expect((await find('missing')).relation?.kind).toBe('table')
  })

  test('resolve returns to each of many concurrent callers the table that this caller requested', async () => {
    const names = Array.from({ length: 30 }, (_, n) => `many${n}`)
    for (const name of names) await create(name)
    const found = await Promise.all([...names, ...names].map((name) => find(name)))
    for (const [index, name] of names.entries()) {
      const alone = await find(name)
      expect(alone.relation).not.toBeNull()
      expect([found[index], found[index + names.length]]).toEqual([alone, alone])
    }
  })

  test('resolve returns a commit that was acknowledged while earlier calls waited', async () => {
    await create('racing')
    for (let n = 1; n <= 50; n += 1) {
      const early = Array.from({ length: 20 }, () => find('racing'))
      await change(`update relation set location = 's3://b/${n}' where name = 'racing'`)
      expect((await find('racing')).relation?.location).toBe(`s3://b/${n}`)
      await Promise.all(early)
    }
  })
})
