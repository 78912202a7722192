import type { JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import { orders, errorResponse, testCatalog } from '../../../test/client/catalog.ts'
import { InvalidAnswerError, NoSuchPlanTaskError, ScanPlanningError } from '../index.ts'
import type { ScriptedResponse, RecordedRequest } from '../../../test/client/scripted-server.ts'

const at = '/v1/wh/namespaces/sales/tables/orders'
const BIG = 9_007_199_254_740_993n

const file = (path: string, content = 'data', more: JsonObject = {}): JsonObject => ({
  content,
  'file-path': path,
  'file-format': 'parquet',
  'spec-id': 0,
  partition: [],
  'file-size-in-bytes': BIG,
  'record-count': 1,
  ...more,
})
const completed = (more: JsonObject = {}): JsonObject => ({ status: 'completed', 'plan-id': 'p', ...more })
const tasks = (...paths: readonly string[]): JsonObject => ({
  'file-scan-tasks': paths.map((path) => ({ 'data-file': file(path) })),
})

/**
 * Returns a request handler that sends the responses in their order, and repeats the last response. Answers DELETE
 * requests with 204.
 */
function respondInOrder(
  ...responses: readonly ScriptedResponse[]
): (request: RecordedRequest) => ScriptedResponse {
  let count = 0
  return ({ method }) =>
    method === 'DELETE' ? { status: 204 } : (responses[Math.min(count++, responses.length - 1)] ?? {})
}

async function paths(scan: AsyncIterable<{ dataFile: { 'file-path': string } }>): Promise<readonly string[]> {
  const all: string[] = []
  for await (const { dataFile } of scan) all.push(dataFile['file-path'])
  return all
}

test('planTableScan returns files with their delete files, exact integers, and credentials', async () => {
  const body = completed({
    'file-scan-tasks': [
      { 'data-file': file('a', 'DATA', { 'first-row-id': BIG }), 'delete-file-references': [1] },
      { 'data-file': file('b'), 'residual-filter': true },
    ],
    'delete-files': [file('x', 'equality-deletes'), file('y', 'POSITION_DELETES')],
    'plan-tasks': ['more'],
    'storage-credentials': [{ prefix: 's3://b', config: { 's3.access-key-id': 'K' } }],
  })
  await using it = await testCatalog({ respond: () => ({ json: body }) })
  const filter = { type: 'gt', term: 'id', value: BIG } as const
  const plan = await it.catalog.planTableScan(orders, { snapshotId: BIG, filter, select: ['id'] })
  expect(plan).toMatchObject({
    status: 'completed',
    planId: 'p',
    planTasks: ['more'],
    fileScanTasks: [
      {
        dataFile: { 'file-path': 'a', content: 'data', 'file-size-in-bytes': BIG, 'first-row-id': BIG },
        deleteFiles: [{ 'file-path': 'y', content: 'position-deletes' }],
      },
      { dataFile: { 'file-path': 'b' }, deleteFiles: [], residualFilter: true },
    ],
    storageCredentials: [{ prefix: 's3://b', refreshToken: null }],
  })
  expect(it.targets()).toEqual([`POST ${at}/plan`])
  expect(it.requests[0]?.json).toEqual({ 'snapshot-id': BIG, filter, select: ['id'] })
  expect(it.requests[0]?.headers['x-iceberg-access-delegation']).toBe('vended-credentials')
})

test.each([
  [
    'an unknown delete file',
    { ...completed(), 'file-scan-tasks': [{ 'data-file': file('a'), 'delete-file-references': [0] }] },
  ],
  [
    'a delete file in place of a data file',
    { ...completed(), 'file-scan-tasks': [{ 'data-file': file('a', 'equality-deletes') }] },
  ],
  ['a submitted plan without an id', { status: 'submitted' }],
  ['an unknown status', { status: 'maybe' }],
])('planTableScan refuses %s', async (_, json) => {
  await using it = await testCatalog({ respond: () => ({ json }) })
  await expect(it.catalog.planTableScan(orders)).rejects.toBeInstanceOf(InvalidAnswerError)
})

test('planScan waits for the scan plan, and the iteration fetches the tasks of the plan', async () => {
  await using it = await testCatalog({
    respond: respondInOrder(
      { json: { status: 'submitted', 'plan-id': 'p/1' } },
      { json: { status: 'submitted' } },
      { json: { status: 'completed', ...tasks('a'), 'plan-tasks': ['t1', 't2'] } },
      { json: { ...tasks('b'), 'plan-tasks': ['t3', 't1'] } },
      { json: {} },
      { json: tasks('c', 'd') },
    ),
  })
  const scan = await it.catalog.planScan(orders)
  expect(scan.planId).toBe('p/1')
  expect(it.clock.slept).toEqual([1_000, 2_000])
  expect(await paths(scan)).toEqual(['a', 'b', 'c', 'd'])
  expect(it.targets()).toEqual([
    `POST ${at}/plan`,
    `GET ${at}/plan/p%2F1`,
    `GET ${at}/plan/p%2F1`,
    `POST ${at}/tasks`,
    `POST ${at}/tasks`,
    `POST ${at}/tasks`,
  ])
  expect(it.requests.slice(3).map(({ json }) => json)).toEqual([
    { 'plan-task': 't1' },
    { 'plan-task': 't2' },
    { 'plan-task': 't3' },
  ])
})

test('the credentials of a scan are renewed by the id of its plan', async () => {
  const keys = (id: string): JsonObject => ({
    prefix: 's3://b/',
    config: { 's3.access-key-id': id, 's3.secret-access-key': 's', 's3.session-token-expires-at-ms': '1' },
  })
  const renewed = { ...keys('new'), config: { 's3.access-key-id': 'new', 's3.secret-access-key': 's' } }
  await using it = await testCatalog({
    respond: respondInOrder(
      { json: completed({ 'plan-id': 'p/1', 'storage-credentials': [keys('old')] }) },
      { json: { 'storage-credentials': [renewed] } },
    ),
  })
  const scan = await it.catalog.planScan(orders)
  await using storage = scan.credentials()
  expect(await storage()).toMatchObject({ accessKeyId: 'new' })
  expect(it.targets()).toEqual([`POST ${at}/plan`, `GET ${at}/credentials?planId=p%2F1`])
})

test('a scan whose plan has no credentials refers to those of the table', async () => {
  await using it = await testCatalog({ respond: () => ({ json: completed() }) })
  const scan = await it.catalog.planScan(orders)
  expect(() => scan.credentials()).toThrow('catalog.storageCredentials()')
})

test('an iteration over a scan that ends early or fails cancels the scan plan', async () => {
  const response = { json: completed({ ...tasks('a', 'b'), 'plan-tasks': ['t'] }) }
  await using it = await testCatalog({ respond: respondInOrder(response) })
  for await (const _ of await it.catalog.planScan(orders)) break
  expect(it.targets()).toEqual([`POST ${at}/plan`, `DELETE ${at}/plan/p`])
  await using failing = await testCatalog({
    respond: respondInOrder(response, errorResponse(404, 'NoSuchPlanTaskException')),
  })
  await expect(paths(await failing.catalog.planScan(orders))).rejects.toBeInstanceOf(NoSuchPlanTaskError)
  expect(failing.targets().at(-1)).toBe(`DELETE ${at}/plan/p`)
})

test('planScan throws for a scan plan that fails, is cancelled or takes too long', async () => {
  const submitted = { json: { status: 'submitted', 'plan-id': 'p' } }
  const error = { message: 'too big', type: 'X', code: 500 }
  await using failed = await testCatalog({
    respond: respondInOrder(submitted, { json: { status: 'failed', error } }),
  })
  await expect(failed.catalog.planScan(orders)).rejects.toMatchObject({ message: 'too big', type: 'X' })
  await using gone = await testCatalog({
    respond: respondInOrder(submitted, { json: { status: 'cancelled' } }),
  })
  await expect(gone.catalog.planScan(orders)).rejects.toBeInstanceOf(ScanPlanningError)
  await using slow = await testCatalog({ respond: respondInOrder(submitted) })
  await expect(slow.catalog.planScan(orders, {}, { planningTimeoutMs: 10_000 })).rejects.toThrow(
    'within 10000 ms',
  )
  expect(slow.clock.slept).toEqual([1_000, 2_000, 4_000])
  expect(slow.targets().at(-1)).toBe(`DELETE ${at}/plan/p`)
})
