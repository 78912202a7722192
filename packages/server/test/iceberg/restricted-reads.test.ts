import { GetObjectCommand } from '@aws-sdk/client-s3'
import type { Json, JsonObject } from '@headgate/json'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Restriction } from '../../src/privilege.ts'
import { openEngine } from '../access/access-fixture.ts'
import { insertEngine } from '../../src/store/engines.ts'
import { bumpPolicy } from '../../src/store/policies.ts'
import { type TestCaller, type TestServer, testServer } from '../server.ts'
import { keyBelow, readCredential, storageClient, storageOutcome } from './credentials.ts'
import { type PlannedTestTable, writeTable } from './planned-table.ts'
import { objectAt, textAt } from './tables.ts'

const asking = { 'x-iceberg-access-delegation': 'vended-credentials' }
const path = 'namespaces/sales/tables/orders'
const idOf = (number: number): bigint => 2n ** 60n + BigInt(number) * 10n
/** Rows of the files f-0 to f-2. */
const firstFiles: Restriction = { rows: `id < ${idOf(3)}`, columns: null }

let server: TestServer
let table: PlannedTestTable
let reader: TestCaller
beforeAll(async () => {
  server = await testServer({ vending: { mode: 'gateway' } })
  table = await writeTable(server, 'orders', { files: 6 })
  const { storage } = (await server.context.deps.warehouses.get('lakehouse')) ?? {}
  for (const name of ['f-0', 'f-2', 'f-4', 'deletes'])
    await storage?.put(`${table.location}/data/${name}`, Buffer.from(name))
  reader = await restricted('restricted', firstFiles)
})
afterAll(() => server[Symbol.asyncDispose]())

const onTable = () => ({ kind: 'relation', id: table.id }) as const

async function restricted(name: string, restriction: Restriction): Promise<TestCaller> {
  const caller = await server.caller(name)
  await server.grant({ privilege: 'select', on: onTable(), to: caller, restriction })
  return caller
}

async function trusted(name: string, restriction: Restriction): Promise<TestCaller> {
  const caller = await restricted(name, restriction)
  await server.sql.transaction(async (tx) => {
    await insertEngine(tx, caller.id, { ...openEngine, firstCalls: 'service', enforcesRestrictions: true })
    await bumpPolicy(tx)
  })
  return caller
}

const planOf = ({ send }: TestCaller, body: JsonObject = {}) => send('POST', `${path}/plan`, body)
const pathsOf = (json: Json): string[] =>
  ((objectAt(json)['file-scan-tasks'] ?? []) as readonly JsonObject[]).map((task) =>
    textAt(task, 'data-file', 'file-path').replace(/.*\//, ''),
  )
const messageOf = (json: Json): string => textAt(json, 'error', 'message')
const load = ({ send }: TestCaller) => send('GET', path, undefined, asking)

describe('a caller whose grant is restricted to rows, without a trusted engine', () => {
  it('the caller gets no credentials for the table, and the load says that the server plans', async () => {
    const { status, json } = await load(reader)
    expect(status).toBe(200)
    expect(objectAt(json, 'config')).toEqual({ 'scan-planning-mode': 'server' })
    expect(objectAt(json)['storage-credentials']).toBeUndefined()
    expect(objectAt(json)['read-restrictions']).toBeUndefined()
    const credentials = await reader.send('GET', `${path}/credentials`, undefined, asking)
    expect([credentials.status, messageOf(credentials.json)]).toEqual([403, expect.stringContaining('plan')])
  })

  it('a plan contains only files of which all rows are permitted, and its credential reads only these', async () => {
    const planned = await planOf(reader)
    expect(pathsOf(planned.json)).toEqual(['f-0', 'f-1', 'f-2'])
    const client = storageClient(readCredential(planned))
    const read = (name: string) =>
      storageOutcome(client.send(new GetObjectCommand(keyBelow(table.location, `data/${name}`))))
    expect([await read('f-0'), await read('f-2'), await read('deletes')]).toEqual(['done', 'done', 'done'])
    expect(await read('f-4')).toBe('AccessDenied')
    const planId = encodeURIComponent(textAt(planned.json, 'plan-id'))
    const renewed = await reader.send('GET', `${path}/credentials?planId=${planId}`)
    const again = storageClient(readCredential(renewed))
    const other = new GetObjectCommand(keyBelow(table.location, 'data/f-4'))
    expect(await storageOutcome(again.send(other))).toBe('AccessDenied')
  })

  it('a filter of the caller only removes files, and statistics of other rows never decide', async () => {
    const filter = { filter: { type: 'gt-eq', term: 'id', value: idOf(2) } }
    expect(pathsOf((await planOf(reader, filter)).json)).toEqual(['f-2'])
    const others = { filter: { type: 'gt-eq', term: 'id', value: idOf(4) } }
    expect(pathsOf((await planOf(reader, others)).json)).toEqual([])
  })

  it('the number of plan tasks of a large table does not depend on the filter of the caller', async () => {
    const large = await writeTable(server, 'large', { files: 2_400, filesPerManifest: 600 })
    const caller = await server.caller('large-reader')
    const restriction = { rows: `id < ${idOf(700)}`, columns: null }
    await server.grant({
      privilege: 'select',
      on: { kind: 'relation', id: large.id },
      to: caller,
      restriction,
    })
    const send = (operation: string, body: JsonObject) =>
      caller.send('POST', `namespaces/sales/tables/large/${operation}`, body)
    const tasksOf = async (filter: Json): Promise<string[]> => {
      const tasks = objectAt((await send('plan', { filter })).json)['plan-tasks'] as readonly string[]
      const fetched = await Promise.all(tasks.map((task) => send('tasks', { 'plan-task': task })))
      return [`${tasks.length} tasks`, ...fetched.flatMap(({ json }) => pathsOf(json))]
    }
    expect(await tasksOf(false)).toEqual(['1 tasks'])
    expect(await tasksOf({ type: 'gt-eq', term: 'id', value: idOf(699) })).toEqual(['1 tasks', 'f-699'])
    const [task = ''] = objectAt((await send('plan', {})).json)['plan-tasks'] as readonly string[]
    const wider = { rows: `id < ${idOf(800)}`, columns: null }
    await server.grant({
      privilege: 'select',
      on: { kind: 'relation', id: large.id },
      to: caller,
      restriction: wider,
    })
    expect((await send('tasks', { 'plan-task': task })).status).toBe(404)
  })

  it('a file with permitted and other rows refuses every plan of its snapshot, with any filter', async () => {
    const caller = await restricted('mixed', { rows: `id < ${idOf(2) + 5n}`, columns: null })
    const filters = [true, false, { type: 'eq', term: 'id', value: idOf(0) }]
    const refusals = await Promise.all(filters.map((filter) => planOf(caller, { filter })))
    for (const { status, json } of refusals)
      expect([status, messageOf(json)]).toEqual([403, expect.stringContaining('f-2')])
  })

  it('incremental scans are refused, and earlier snapshots have the same restriction', async () => {
    const [first = 0n, second = 0n] = table.snapshots
    const incremental = { 'start-snapshot-id': first, 'end-snapshot-id': second }
    expect((await planOf(reader, incremental)).status).toBe(403)
    const caller = await restricted('past', { rows: `id >= ${idOf(1)}`, columns: null })
    expect(pathsOf((await planOf(caller, { 'snapshot-id': first })).json)).toEqual(['f-1', 'f-2'])
  })

  it('a load or plan with a grant of some columns is refused, and so is a plan with a grant whose filter does not fit the table', async () => {
    const columns = await restricted('columns', { rows: null, columns: ['id'] })
    for (const response of [await load(columns), await planOf(columns)])
      expect([response.status, messageOf(response.json)]).toEqual([403, expect.stringContaining('columns')])
    const unfit = await restricted('unfit', { rows: `region = 'eu'`, columns: null })
    const refused = await planOf(unfit)
    expect([refused.status, messageOf(refused.json)]).toEqual([403, expect.stringContaining('does not fit')])
  })

  it('the removal of the grant, and a narrower grant, end the credential of a plan', async () => {
    const caller = await restricted('narrowed', firstFiles)
    const client = storageClient(readCredential(await planOf(caller)))
    const get = () => storageOutcome(client.send(new GetObjectCommand(keyBelow(table.location, 'data/f-2'))))
    expect(await get()).toBe('done')
    const narrower = { rows: `id < ${idOf(1)}`, columns: null }
    await server.grant({ privilege: 'select', on: onTable(), to: caller, restriction: narrower })
    await expect.poll(get, { timeout: 5_000 }).toBe('AccessDenied')
  })

  it('an unrestricted grant of select wins', async () => {
    const caller = await restricted('both', firstFiles)
    await server.grant({ privilege: 'select', on: onTable(), to: caller })
    expect(pathsOf((await planOf(caller)).json)).toHaveLength(6)
    expect(readCredential(await load(caller)).config['s3.access-key-id']).toBeDefined()
  })
})

describe('several restricted grants', () => {
  it('restrictions do not combine: the caller chooses one by the name of a role, or is refused', async () => {
    const caller = await restricted('chooser', firstFiles)
    const role = await server.send('POST', '/management/v1/roles', { name: 'last-files' })
    const members = `/management/v1/roles/${textAt(role.json, 'id')}/members/add`
    expect((await server.send('POST', members, { principal: caller.id })).status).toBe(200)
    const granted = await server.send('POST', '/management/v1/grants', {
      privilege: 'select',
      rows: `id >= ${idOf(3)}`,
      on: { warehouse: 'lakehouse', namespace: ['sales'], relation: 'orders' },
      to: { role: 'last-files' },
    })
    expect(granted.json).toEqual({ changed: true })
    const refused = await planOf(caller)
    expect([refused.status, messageOf(refused.json)]).toEqual([403, expect.stringContaining('last-files')])
    const choosing = (name: string) => ({ 'x-headgate-role': name })
    const planned = await caller.send('POST', `${path}/plan`, {}, choosing('last-files'))
    expect(pathsOf(planned.json)).toEqual(['f-3', 'f-4', 'f-5'])
    const client = storageClient(readCredential(planned))
    const get = (name: string) =>
      storageOutcome(client.send(new GetObjectCommand(keyBelow(table.location, `data/${name}`))))
    expect([await get('f-4'), await get('f-0')]).toEqual(['done', 'AccessDenied'])
    const unrelated = await caller.send('POST', `${path}/plan`, {}, choosing('unrelated'))
    expect(unrelated.status).toBe(403)
  })
})

describe('an engine that is trusted to enforce restrictions', () => {
  it('the engine gets read-restrictions as the specification defines them, and credentials for reads', async () => {
    const engine = await trusted('engine', { rows: `id != 5`, columns: ['id'] })
    const { status, json } = await load(engine)
    expect(status).toBe(200)
    expect(objectAt(json, 'read-restrictions')).toEqual({
      'required-row-filter': {
        type: 'and',
        left: { type: 'not-null', term: 'id' },
        right: { type: 'not-eq', term: 'id', value: 5 },
      },
      'required-column-projections': [],
    })
    const client = storageClient(readCredential({ json }))
    const file = new GetObjectCommand(keyBelow(table.location, 'data/f-4'))
    expect(await storageOutcome(client.send(file))).toBe('done')
    expect(pathsOf((await planOf(engine)).json)).toHaveLength(6)
  })

  it('a restriction that was added or changed after the load ends the credentials of the engine and their renewal', async () => {
    const engine = await trusted('engine-3', firstFiles)
    const file = new GetObjectCommand(keyBelow(table.location, 'data/f-4'))
    const narrower = { rows: `id < ${idOf(1)}`, columns: null }
    const credential = readCredential(await load(engine))
    const client = storageClient(credential)
    const get = () => storageOutcome(client.send(file))
    const renew = () =>
      engine.send(
        'GET',
        `${path}/credentials?${new URL(credential.config['client.refresh-credentials-endpoint'] ?? '', 'http://x').searchParams.toString()}`,
      )
    expect([await get(), (await renew()).status]).toEqual(['done', 200])
    await server.grant({ privilege: 'select', on: onTable(), to: engine, restriction: narrower })
    await expect.poll(get, { timeout: 5_000 }).toBe('AccessDenied')
    expect((await renew()).status).toBe(403)
    const again = storageClient(readCredential(await load(engine)))
    expect(await storageOutcome(again.send(file))).toBe('done')
  })

  it('an engine gets an error for a grant with columns that the table does not have', async () => {
    const engine = await trusted('engine-2', { rows: null, columns: ['id', 'amount'] })
    const { status, json } = await load(engine)
    expect([status, messageOf(json)]).toEqual([403, expect.stringContaining('amount')])
  })
})
