import type { Json, JsonObject } from '@headgate/json'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestServer, testServer } from '../server.ts'
import { writeTable, type PlannedTestTable } from './planned-table.ts'
import { objectAt, textAt } from './tables.ts'

let server: TestServer
let table: PlannedTestTable
beforeAll(async () => {
  server = await testServer()
  table = await writeTable(server, 'orders', { files: 6 })
})
afterAll(() => server[Symbol.asyncDispose]())

type Tasks = readonly JsonObject[]
const plan = (body: JsonObject = {}, name = 'orders', send = server.send) =>
  send('POST', `namespaces/sales/tables/${name}/plan`, body)
const tasksOf = (json: Json): Tasks => (objectAt(json)['file-scan-tasks'] ?? []) as Tasks
const pathsOf = (json: Json): string[] =>
  tasksOf(json).map((task) => textAt(task, 'data-file', 'file-path').replace(/.*\//, ''))

describe('planTableScan', () => {
  it('planTableScan returns a complete plan with every file of the current snapshot', async () => {
    const { status, headers, json } = await plan()
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(json).toMatchObject({ status: 'completed', 'plan-id': expect.any(String) })
    expect(pathsOf(json)).toEqual(['f-0', 'f-1', 'f-2', 'f-3', 'f-4', 'f-5'])
    expect(tasksOf(json)[0]).toEqual({
      'data-file': {
        content: 'data',
        'file-path': `${table.location}/data/f-0`,
        'file-format': 'parquet',
        'spec-id': 0,
        partition: [],
        'file-size-in-bytes': 1_000,
        'record-count': 10,
        'split-offsets': [4],
        'sort-order-id': 0,
      },
      'delete-file-references': [0],
      'residual-filter': true,
    })
    expect(objectAt(json)['delete-files']).toMatchObject([
      { content: 'position-deletes', 'file-path': `${table.location}/data/deletes` },
    ])
  })

  it('planTableScan leaves out files whose statistics exclude every row, and exact 64-bit values decide', async () => {
    const id = (value: bigint): JsonObject => ({ filter: { type: 'eq', term: 'id', value } })
    expect(pathsOf((await plan(id(2n ** 60n + 25n))).json)).toEqual(['f-2'])
    expect(pathsOf((await plan(id(2n ** 60n + 60n))).json)).toEqual([])
    const range = { type: 'not', child: { type: 'lt', term: 'ID', value: 2n ** 60n + 40n } }
    const insensitive = await plan({ filter: range, 'case-sensitive': false })
    expect(pathsOf(insensitive.json)).toEqual(['f-4', 'f-5'])
    // A response without tasks must not contain delete files, because clients refuse delete files without a task.
    expect(objectAt((await plan({ filter: false })).json)['delete-files']).toBeUndefined()
  })

  it('planTableScan returns the statistics of the columns in stats-fields', async () => {
    const { json } = await plan({ 'stats-fields': ['id', 'missing'], select: ['id'] })
    expect(objectAt(tasksOf(json)[1], 'data-file')).toMatchObject({
      'value-counts': { keys: [1], values: [10] },
      'lower-bounds': { keys: [1], values: [2n ** 60n + 10n] },
    })
  })

  it('planTableScan reads earlier snapshots and the files that later snapshots added', async () => {
    const [first = 0n, second = 0n] = table.snapshots
    expect(pathsOf((await plan({ 'snapshot-id': first })).json)).toEqual(['f-0', 'f-1', 'f-2'])
    const appended = await plan({ 'start-snapshot-id': first, 'end-snapshot-id': second })
    expect(pathsOf(appended.json)).toEqual(['f-3', 'f-4', 'f-5'])
    const reversed = await plan({ 'start-snapshot-id': second, 'end-snapshot-id': first })
    expect(reversed).toMatchObject({
      status: 400,
      json: { error: { message: expect.stringContaining('ancestor') } },
    })
  })

  it.each([
    [{ 'snapshot-id': 1 }, 'no snapshot 1'],
    [{ 'snapshot-id': 1, 'start-snapshot-id': 2 }, 'cannot be combined'],
    [{ 'start-snapshot-id': 2 }, 'end-snapshot-id'],
    [{ filter: { type: 'eq', term: 'missing', value: 1 } }, 'cannot find column'],
    [{ filter: { type: 'eq', term: 'id', value: 'x' } }, 'not a value of type long'],
    [{ filter: { type: 'like', term: 'id', value: 1 } }, 'unknown expression'],
    [{ filter: { type: 'and', left: true } }, 'expected an object'],
    [
      { filter: { type: 'in', term: 'id', values: Array.from({ length: 9_000 }, (_, index) => index) } },
      'longer than',
    ],
  ])('planTableScan answers 400 for %j', async (body, message) => {
    expect(await plan(body as JsonObject)).toMatchObject({
      status: 400,
      json: { error: { type: 'BadRequestException', message: expect.stringContaining(message) } },
    })
  })

  it('planTableScan returns an empty plan for a table without snapshots', async () => {
    await writeTable(server, 'empty', { files: 0 })
    const { status, json } = await plan({}, 'empty')
    expect([status, Object.keys(objectAt(json))]).toEqual([200, ['status', 'plan-id']])
  })

  it('planTableScan needs select on the table, and hides a table that the caller may not see', async () => {
    const caller = await server.caller('plan-reader')
    expect((await plan({}, 'orders', caller.send)).status).toBe(404)
    await server.grant({ privilege: 'select', on: { kind: 'relation', id: table.id }, to: caller })
    expect((await plan({}, 'orders', caller.send)).status).toBe(200)
  })

  it('planTableScan refuses to read a manifest outside of the locations of the table', async () => {
    const thief = await writeTable(server, 'thief', { files: 1, manifestsOf: table })
    expect(thief.location).not.toBe(table.location)
    expect(await plan({}, 'thief')).toMatchObject({
      status: 406,
      json: { error: { message: expect.stringContaining('outside of the locations') } },
    })
  })

  it('planTableScan reports a damaged or missing manifest without a crash', async () => {
    const damaged = await writeTable(server, 'damaged', { files: 1 })
    await damaged.overwrite('Obj\u0001 not a manifest')
    expect(await plan({}, 'damaged')).toMatchObject({
      status: 500,
      json: { error: { message: expect.stringContaining('Restore it') } },
    })
  })

  it('planTableScan leaves out partitions with null for PyIceberg 0.12, which refuses them', async () => {
    const partitioned = await writeTable(server, 'parted', { files: 1, partitioned: true })
    const ask = (agent: string) =>
      server.send('POST', 'namespaces/sales/tables/parted/plan', {}, { 'user-agent': agent })
    expect(objectAt(tasksOf((await ask('Spark')).json)[0], 'data-file')['partition']).toEqual([null])
    expect(objectAt(tasksOf((await ask('PyIceberg/0.12.0')).json)[0], 'data-file')).not.toHaveProperty(
      'partition',
    )
    expect(partitioned.snapshots).toHaveLength(1)
  })
})

describe('fetchScanTasks', () => {
  it('fetchScanTasks lists the tasks of a large plan on any replica, each file once', async () => {
    await writeTable(server, 'large', { files: 2_600, filesPerManifest: 700 })
    const { json } = await plan({}, 'large')
    expect(tasksOf(json)).toEqual([])
    const open = [...(objectAt(json)['plan-tasks'] as readonly string[])]
    expect(open.length).toBeGreaterThan(0)
    const replica = await server.replica()
    const paths: string[] = []
    for (let task = open.shift(); task !== undefined; task = open.shift()) {
      const fetched = await replica('POST', 'namespaces/sales/tables/large/tasks', { 'plan-task': task })
      expect(fetched.status).toBe(200)
      paths.push(...pathsOf(fetched.json))
      open.push(...((objectAt(fetched.json)['plan-tasks'] ?? []) as readonly string[]))
    }
    expect(new Set(paths).size).toBe(2_600)
    expect(paths).toHaveLength(2_600)
  })

  it('fetchScanTasks refuses plan tasks of another table, of another caller, changed ones, and those of lost rights', async () => {
    const [task = ''] = objectAt((await plan({}, 'large')).json)['plan-tasks'] as readonly string[]
    const fetchTasks = async (name: string, planTask: Json, send = server.send) => {
      const { status, json } = await send('POST', `namespaces/sales/tables/${name}/tasks`, {
        'plan-task': planTask,
      })
      return [status, objectAt(json, 'error')['type']]
    }
    const refused = [404, 'NoSuchPlanTaskException']
    expect(await fetchTasks('orders', task)).toEqual(refused)
    expect(await fetchTasks('large', `${task.slice(0, -2)}AA`)).toEqual(refused)
    expect(await fetchTasks('large', 'x')).toEqual(refused)
    expect(await fetchTasks('large', 1)).toEqual([400, 'BadRequestException'])
    const caller = await server.caller('task-thief')
    expect((await fetchTasks('large', task, caller.send))[0]).toBe(404)
    const namespace = { kind: 'warehouse', id: server.warehouseId } as const
    await server.grant({ privilege: 'select', on: namespace, to: caller })
    expect(await fetchTasks('large', task, caller.send)).toEqual(refused)
  })
})

describe('the planner of a table', () => {
  const set = (planner: Json, relation = 'orders') =>
    server.send('PUT', '/management/v1/warehouses/lakehouse/scan-planning', {
      namespace: ['sales'],
      relation,
      planner,
    })
  const load = (headers: Readonly<Record<string, string>> = {}) =>
    server.send('GET', 'namespaces/sales/tables/orders', undefined, headers)
  const configOf = async () => objectAt((await load()).json, 'config')

  it('a load tells clients who plans the scans of the table, also a repeated load and one with an ETag', async () => {
    expect(await configOf()).toEqual({})
    const before = (await load()).headers.get('etag') ?? ''
    expect((await set('server')).json).toEqual({ changed: true })
    expect((await set('server')).json).toEqual({ changed: false })
    expect(await configOf()).toEqual({ 'scan-planning-mode': 'server' })
    expect((await load({ 'if-none-match': before })).status).toBe(200)
    await set('client')
    expect(await configOf()).toEqual({ 'scan-planning-mode': 'client' })
    await set(null)
    expect(await configOf()).toEqual({})
    expect((await load({ 'if-none-match': before })).status).toBe(304)
  })

  it('the planner can be set only by managers of the table, and only for tables', async () => {
    const caller = await server.caller('no-manager')
    const path = '/management/v1/warehouses/lakehouse/scan-planning'
    const body = { namespace: ['sales'], relation: 'orders', planner: 'server' }
    expect((await caller.send('PUT', path, body)).status).toBe(404)
    await server.grant({ privilege: 'modify', on: { kind: 'relation', id: table.id }, to: caller })
    // The server may not yet have received the notification of the changed policy.
    await expect.poll(async () => (await caller.send('PUT', path, body)).status).toBe(403)
    expect((await set('anybody')).status).toBe(400)
    expect((await set('server', 'missing')).status).toBe(404)
  })
})

describe('fetchPlanningResult and cancelPlanning', () => {
  it('fetchPlanningResult answers that no plan has the id, and cancelPlanning succeeds', async () => {
    const path = 'namespaces/sales/tables/orders/plan/some-id'
    expect(await server.send('GET', path)).toMatchObject({
      status: 404,
      json: { error: { type: 'NoSuchPlanIdException', message: expect.stringContaining('complete plans') } },
    })
    expect((await server.send('DELETE', path)).status).toBe(204)
    expect((await server.send('DELETE', 'namespaces/sales/tables/missing/plan/x')).status).toBe(404)
  })
})
