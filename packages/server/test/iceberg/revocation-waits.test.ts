import type { Json } from '@headgate/json'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { type TestCaller, type TestGrant, type TestServer, testServer } from '../server.ts'
import { toCreation, schema, setProperties } from './tables.ts'

// Each change waits for a lock of another transaction. While the change waits, the caller's right is revoked.
// The lock is released after the revocation is committed, and the server must refuse the change.

let server: TestServer
let caller: TestCaller
let right: TestGrant
beforeAll(async () => {
  server = await testServer()
  caller = await server.caller('writer')
  await server.send('POST', 'namespaces', { namespace: ['w'] })
  await server.send('POST', 'namespaces', { namespace: ['w', 'inner'] })
  const [row] = await server.sql.run<{ id: string }>(
    statement('test-waits-namespace', `select id from namespace where path = 'w'`),
  )
  right = { privilege: 'manage', on: { kind: 'namespace', id: row?.id ?? '' }, to: caller }
})
afterAll(() => server[Symbol.asyncDispose]())

const tables = 'namespaces/w/tables'
const at = (name: string): { namespace: string[]; name: string } => ({ namespace: ['w'], name })

interface Waiting {
  readonly method: string
  readonly path: string
  readonly body?: Json
  /** SQL statement that takes the lock for which the change waits. */
  readonly lock: string
}

const lockTable = (name: string): string => `select from relation where name = '${name}' for update`
const takeName = (name: string): string =>
  `insert into relation (id, warehouse_id, namespace_id, name, kind, uuid, metadata_location, location, owner_id)
   select gen_random_uuid(), warehouse_id, id, '${name}', 'table', gen_random_uuid(), 'file:///x', 'file:///x', owner_id from namespace where path = 'w'`

const updates = [setProperties({ late: 'true' })]

/**
 * Functions that create the objects for a change as an administrator, and return the request of the change.
 */
const changes: Readonly<Record<string, (name: string) => Promise<Waiting>>> = {
  async 'a commit'(name) {
    await server.send('POST', tables, { name, schema })
    return {
      method: 'POST',
      path: `${tables}/${name}`,
      body: { requirements: [], updates },
      lock: lockTable(name),
    }
  },
  async 'a transaction of two tables'(name) {
    for (const each of [name, `${name}-2`]) await server.send('POST', tables, { name: each, schema })
    const change = (each: string): Json => ({ identifier: at(each), requirements: [], updates })
    return {
      method: 'POST',
      path: 'transactions/commit',
      body: { 'table-changes': [change(name), change(`${name}-2`)] },
      lock: lockTable(`${name}-2`),
    }
  },
  async 'a rename'(name) {
    await server.send('POST', tables, { name, schema })
    const body = { source: at(name), destination: at(`${name}-renamed`) }
    return { method: 'POST', path: 'tables/rename', body, lock: lockTable(name) }
  },
  async 'a rename to a name that another transaction takes'(name) {
    await server.send('POST', tables, { name, schema })
    const body = { source: at(name), destination: at(`${name}-renamed`) }
    return { method: 'POST', path: 'tables/rename', body, lock: takeName(`${name}-renamed`) }
  },
  async 'a drop'(name) {
    await server.send('POST', tables, { name, schema })
    return { method: 'DELETE', path: `${tables}/${name}`, lock: lockTable(name) }
  },
  async 'a create of a name that another transaction takes'(name) {
    await Promise.resolve()
    return { method: 'POST', path: tables, body: { name, schema }, lock: takeName(name) }
  },
  async 'the commit of a staged create'(name) {
    // Only the principal that staged a table may complete it.
    await server.grant(right)
    const staged = await caller.send('POST', tables, { name, schema, 'stage-create': true })
    await server.revoke(right)
    const lock = `select from staged_relation where name = '${name}' for update`
    return { method: 'POST', path: `${tables}/${name}`, body: toCreation(staged), lock }
  },
  async 'a change of the properties of a namespace'() {
    await Promise.resolve()
    const lock = `select from namespace where path = E'w\\x1finner' for update`
    return {
      method: 'POST',
      path: 'namespaces/w%1Finner/properties',
      body: { updates: { late: 'true' } },
      lock,
    }
  },
  async 'a restore of a dropped table'(name) {
    await server.send('POST', tables, { name, schema })
    await server.send('DELETE', `${tables}/${name}`)
    const [row] = await server.sql.run<{ id: string }>(
      statement('test-waits-dropped', 'select id from relation where name = $1'),
      [name],
    )
    const path = `/management/v1/warehouses/lakehouse/dropped/${row?.id}/restore`
    return { method: 'POST', path, body: {}, lock: lockTable(name) }
  },
  async 'a restore to a name that another transaction takes'(name) {
    await server.send('POST', tables, { name, schema })
    await server.send('DELETE', `${tables}/${name}`)
    const [row] = await server.sql.run<{ id: string }>(
      statement('test-waits-dropped', 'select id from relation where name = $1'),
      [name],
    )
    const path = `/management/v1/warehouses/lakehouse/dropped/${row?.id}/restore`
    return { method: 'POST', path, body: {}, lock: takeName(name) }
  },
  async 'a change of the protection of a table'(name) {
    await server.send('POST', tables, { name, schema })
    const body = { namespace: ['w'], relation: name, protected: true }
    return {
      method: 'PUT',
      path: '/management/v1/warehouses/lakehouse/protection',
      body,
      lock: lockTable(name),
    }
  },
}

const state = statement(
  'test-waits-state',
  `select jsonb_build_object(
     'relations', (select jsonb_agg(to_jsonb(r) - 'body' - 'refs_body' order by id) from relation r),
     'namespaces', (select jsonb_agg(to_jsonb(n) order by id) from namespace n),
     'staged', (select jsonb_agg(to_jsonb(s) order by id) from staged_relation s))::text as all`,
)
const waiting = statement(
  'test-waits-waiting',
  `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
)

async function readState(): Promise<string> {
  return (await server.sql.run<{ all: string }>(state))[0]?.all ?? ''
}

describe("when the caller's right is revoked while the change waits for a lock, the server", () => {
  test.for(Object.entries(changes))('refuses %s', async ([what, prepare]) => {
    const name = `t${Object.keys(changes).indexOf(what)}`
    const { method, path, body, lock } = await prepare(name)
    await server.grant(right)
    await expect.poll(async () => (await caller.send('GET', 'namespaces/w')).status).toBe(200)
    const before = await readState()
    const holder = new Client({ connectionString: server.databaseUrl })
    await holder.connect()
    try {
      await holder.query(`begin; ${lock}`)
      const response = caller.send(method, path, body)
      await expect.poll(async () => (await server.sql.run(waiting)).length).toBe(1)
      await server.revoke(right)
      await holder.query('rollback')
      expect((await response).status, JSON.stringify((await response).json)).toBeOneOf([403, 404])
    } finally {
      await holder.end()
    }
    expect(await readState()).toBe(before)
  })
})
