import { afterAll, beforeAll, expect, test } from 'vitest'
import { bumpPolicy, policyVersion } from '../../src/store/policies.ts'
import { insertGrant } from '../../src/store/grants.ts'
import { type Queryable, statement } from '../../src/store/sql.ts'
import { type Send, type TestServer, testServer } from '../server.ts'
import { commit, readMetadataLocation, readMetadata, schema, setProperties } from './tables.ts'

// A promoted standby that lacks the last transactions, or a restored backup, contains earlier rows. This test
// restores single rows while the server keeps its connections, so the server can detect the loss only by the
// content of the rows.

let server: TestServer
let here: Send
let there: Send
beforeAll(async () => {
  server = await testServer({ policyMaxAgeMs: 3_600_000 })
  here = server.send
  there = await server.replica()
  await here('POST', 'namespaces', { namespace: ['b'] })
  await server.sql.run(statement('test-back-table', 'create table saved (like relation)'))
})
afterAll(() => server[Symbol.asyncDispose]())

const tables = 'namespaces/b/tables'
const save = statement('test-back-save', 'insert into saved select * from relation where name = $1')
const putBack = statement(
  'test-back-put',
  `update relation r set version = s.version, namespace_id = s.namespace_id, metadata_location = s.metadata_location,
     body = s.body, body_length = s.body_length, body_crc = s.body_crc, refs_body = s.refs_body,
     refs_length = s.refs_length, refs_crc = s.refs_crc
   from saved s where s.id = r.id and s.name = $1`,
)

function write(send: Send, name: string, key: string): ReturnType<typeof commit> {
  return commit(send, `${tables}/${name}`, [setProperties({ [key]: 'v' })])
}

/** Commits c1, c2 and c3 through one replica, and then sets the row back to its state after c2. */
async function loseLast(name: string): Promise<void> {
  await here('POST', tables, { name, schema })
  for (const key of ['c1', 'c2']) await write(here, name, key)
  await server.sql.run(save, [name])
  expect(await write(here, name, 'c3')).toMatchObject({ status: 200 })
  await server.sql.run(putBack, [name])
}

async function readKeys(send: Send, name: string): Promise<string[]> {
  const { properties } = readMetadata(await send('GET', `${tables}/${name}`))
  return Object.keys(properties ?? {}).filter((key) => /^[a-z]\d$/.test(key))
}

test('a commit does not overwrite a commit of another replica when both have the same row version after a restore', async () => {
  await loseLast('again')
  expect(await write(there, 'again', 'd1')).toMatchObject({ status: 200 })
  expect(await write(here, 'again', 'e1')).toMatchObject({ status: 200 })
  for (const send of [here, there]) expect(await readKeys(send, 'again')).toEqual(['c1', 'c2', 'd1', 'e1'])
})

test('a commit without changes returns the current metadata when a row has a former row version after a restore', async () => {
  await loseLast('same')
  const acknowledged = await write(there, 'same', 'd1')
  const unchanged = await commit(here, `${tables}/same`, [])
  expect(readMetadataLocation(unchanged)).toBe(readMetadataLocation(acknowledged))
})

test('a load returns the table state of the restored database', async () => {
  await loseLast('load')
  for (const send of [here, there]) expect(await readKeys(send, 'load')).toEqual(['c1', 'c2'])
})

test('a grant that the restore removed allows no request after the next change of the policy', async () => {
  const caller = await server.caller('reader')
  await here('POST', tables, { name: 'secret', schema })
  const [row] = await server.sql.run<{ id: string }>(
    statement('test-back-namespace', `select id from namespace where path = 'b'`),
  )
  const namespace = { kind: 'namespace', id: row?.id ?? '' } as const
  const before = await policyVersion(server.sql)
  const lost = { privilege: 'select', on: namespace, to: caller } as const
  await server.grant(lost)
  await expect.poll(async () => (await caller.send('GET', `${tables}/secret`)).status).toBe(200)
  await server.sql.transaction(async (tx) => {
    await tx.run(statement('test-back-ungrant', 'delete from grant_entry where grantee_id = $1'), [caller.id])
    await tx.run(statement('test-back-policy', 'update policy set version = $1'), [before])
  })
  await server.sql.transaction(grantToOthers)
  await expect.poll(async () => (await caller.send('GET', `${tables}/secret`)).status).toBe(404)
})

async function grantToOthers(tx: Queryable): Promise<void> {
  await bumpPolicy(tx)
  const other = crypto.randomUUID()
  await insertGrant(tx, {
    securableId: other,
    securableKind: 'warehouse',
    granteeId: other,
    granteeKind: 'principal',
    privilege: 'use',
    grantedBy: null,
  })
}
