import { expect, test } from 'vitest'
import { fullConfig, loadBody, orders, errorResponse, testCatalog } from '../../../test/client/catalog.ts'
import { CommitFailedError, CommitStateUnknownError } from '../index.ts'
import {
  appendUpdates,
  lostResponse,
  createSnapshot,
  startInMemoryCatalog,
  unknownState,
} from '../../../test/client/commit/in-memory-catalog.ts'

const noIdempotencyKeys = { config: { ...fullConfig, 'idempotency-key-lifetime': null } }
const conflict = { applied: false, response: errorResponse(409, 'CommitFailedException') } as const
const OWN_SNAPSHOT = 9_007_199_254_740_993n
const OTHER_SNAPSHOT = 9_007_199_254_740_995n

test('a commit sends the collected changes with their requirements and returns the changed table', async () => {
  await using it = await startInMemoryCatalog(['orders'])
  const table = await it.catalog.loadTable(orders)
  const after = await it.catalog
    .updateTable(table)
    .setProperties({ owner: 'ann' })
    .addSnapshot(createSnapshot(table.metadata, OWN_SNAPSHOT))
    .setRef('v1', { type: 'tag', 'snapshot-id': OWN_SNAPSHOT })
    .commit()
  expect(after).toMatchObject({
    identifier: orders,
    metadata: {
      'current-snapshot-id': OWN_SNAPSHOT,
      properties: { owner: 'ann' },
      refs: { v1: { type: 'tag', 'snapshot-id': OWN_SNAPSHOT } },
    },
  })
  expect(it.commits()[0]?.json).toMatchObject({
    requirements: [
      { type: 'assert-table-uuid' },
      { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null },
      { type: 'assert-ref-snapshot-id', ref: 'v1', 'snapshot-id': null },
    ],
  })
  expect(it.requests.length).toBe(2)
})

test('addSnapshot keeps the settings of the branch', async () => {
  await using it = await startInMemoryCatalog(['orders'])
  it.commitElsewhere('orders', ...appendUpdates(it.table('orders'), OTHER_SNAPSHOT), {
    action: 'set-snapshot-ref',
    'ref-name': 'main',
    ref: { type: 'branch', 'snapshot-id': OTHER_SNAPSHOT, 'min-snapshots-to-keep': 7 },
  })
  const table = await it.catalog.loadTable(orders)
  const after = await it.catalog
    .updateTable(table)
    .addSnapshot((now) => createSnapshot(now, OWN_SNAPSHOT))
    .commit()
  expect(after.metadata.refs['main']).toEqual({
    type: 'branch',
    'snapshot-id': OWN_SNAPSHOT,
    'min-snapshots-to-keep': 7,
  })
})

test('the client repeats a commit after a conflict if its requirements still hold, with pauses that double', async () => {
  await using it = await startInMemoryCatalog(['orders'], [conflict, conflict, conflict])
  const table = await it.catalog.loadTable(orders)
  await it.catalog.updateTable(table).setProperties({ a: 'b' }).commit()
  expect(it.commits().length).toBe(4)
  expect(it.clock.slept).toEqual([50, 100, 200])
  expect(new Set(it.commits().map(({ headers }) => headers['idempotency-key'])).size).toBe(4)
})

test('addSnapshot with a function adds the snapshot again after another commit to the branch', async () => {
  await using it = await startInMemoryCatalog(
    ['orders'],
    [
      {
        applied: true,
        response: lostResponse,
        before: () => it.commitElsewhere('orders', ...appendUpdates(it.table('orders'), OTHER_SNAPSHOT)),
      },
    ],
  )
  const table = await it.catalog.loadTable(orders)
  const after = await it.catalog
    .updateTable(table)
    .addSnapshot((now) => createSnapshot(now, OWN_SNAPSHOT))
    .commit()
  expect(after.metadata.snapshots.map((each) => [each['snapshot-id'], each['parent-snapshot-id']])).toEqual([
    [OTHER_SNAPSHOT, undefined],
    [OWN_SNAPSHOT, OTHER_SNAPSHOT],
  ])
})

test('a commit that a proxy sent twice succeeds although the second request conflicts', async () => {
  for (const how of ['value', 'function'] as const) {
    await using it = await startInMemoryCatalog(
      ['orders'],
      [{ ...conflict, applied: true }],
      noIdempotencyKeys,
    )
    const table = await it.catalog.loadTable(orders)
    let id = OWN_SNAPSHOT
    const builder = it.catalog.updateTable(table)
    if (how === 'value') builder.addSnapshot(createSnapshot(table.metadata, OWN_SNAPSHOT))
    else builder.addSnapshot((now) => createSnapshot(now, id++))
    expect((await builder.commit()).metadata['current-snapshot-id']).toBe(OWN_SNAPSHOT)
    expect(it.commits().length).toBe(1)
    expect(it.table('orders').snapshots.length).toBe(1)
  }
})

test('addSnapshot with a value fails after another commit to the branch', async () => {
  await using it = await startInMemoryCatalog(['orders'])
  const table = await it.catalog.loadTable(orders)
  it.commitElsewhere('orders', ...appendUpdates(it.table('orders'), OTHER_SNAPSHOT))
  const commit = it.catalog
    .updateTable(table)
    .addSnapshot(createSnapshot(table.metadata, OWN_SNAPSHOT))
    .commit()
  await expect(commit).rejects.toBeInstanceOf(CommitFailedError)
  expect(it.commits().length).toBe(1)
  expect(it.table('orders')['current-snapshot-id']).toBe(OTHER_SNAPSHOT)
})

test('a commit to a table that was dropped and recreated fails', async () => {
  await using it = await startInMemoryCatalog(['orders'])
  const table = await it.catalog.loadTable(orders)
  it.recreate('orders')
  await expect(it.catalog.updateTable(table).setProperties({ a: 'b' }).commit()).rejects.toBeInstanceOf(
    CommitFailedError,
  )
  expect(it.table('orders').properties).toEqual({})
})

test('properties of the table and options of the caller limit the retries after conflicts', async () => {
  for (const [properties, options, commits] of [
    [{}, {}, 5],
    [{ 'commit.retry.num-retries': '1' }, {}, 2],
    [{ 'commit.retry.num-retries': 'many' }, {}, 5],
    [{ 'commit.retry.total-timeout-ms': '0' }, {}, 1],
    [{}, { commitRetries: 0 }, 1],
  ] as const) {
    await using it = await startInMemoryCatalog(
      ['orders'],
      Array.from({ length: 9 }, () => conflict),
    )
    it.commitElsewhere('orders', { action: 'set-properties', updates: properties })
    const table = await it.catalog.loadTable(orders)
    const commit = it.catalog.updateTable(table).setProperties({ a: 'b' }).commit(options)
    await expect(commit).rejects.toBeInstanceOf(CommitFailedError)
    expect(it.commits().length).toBe(commits)
  }
})

test.each([
  ['a broken connection', lostResponse],
  ['an unknown commit state', unknownState],
  ['a timeout of a proxy', { status: 504, text: 'Gateway Time-out' }],
])('after %s, the client detects that the server has executed its commit', async (_, response) => {
  for (const change of ['snapshot', 'properties'] as const) {
    await using it = await startInMemoryCatalog(['orders'], [{ applied: true, response }], noIdempotencyKeys)
    const table = await it.catalog.loadTable(orders)
    const builder = it.catalog.updateTable(table)
    if (change === 'snapshot') builder.addSnapshot(createSnapshot(table.metadata, OWN_SNAPSHOT))
    else builder.setProperties({ a: 'b' })
    const after = await builder.commit()
    expect(after.metadata).toEqual(it.table('orders'))
    expect(it.commits().length).toBe(1)
  }
})

test('a commit throws an error with outcomeUnknown if the response is lost and the change does not become visible', async () => {
  await using it = await startInMemoryCatalog(
    ['orders'],
    [{ applied: false, response: unknownState }],
    noIdempotencyKeys,
  )
  const table = await it.catalog.loadTable(orders)
  const commit = it.catalog.updateTable(table).setProperties({ a: 'b' }).commit()
  const error: unknown = await commit.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(CommitStateUnknownError)
  expect(error).toMatchObject({ outcomeUnknown: true, type: 'CommitStateUnknownException' })
  expect(it.commits().length).toBe(1)
  expect(it.clock.slept).toEqual([1_000, 2_000])
})

test('the client sends a commit with an idempotency key again after a lost response', async () => {
  await using it = await startInMemoryCatalog(['orders'], [{ applied: false, response: lostResponse }])
  const table = await it.catalog.loadTable(orders)
  await it.catalog.updateTable(table).setProperties({ a: 'b' }).commit()
  expect(new Set(it.commits().map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
  expect(it.commits().length).toBe(2)
})

test('the first commit to a staged table creates the table, and fails if the name is taken', async () => {
  const location = 's3://lake/new'
  await using it = await testCatalog({
    respond: ({ target }) =>
      target.endsWith('/tables') ? { json: loadBody({ 'metadata-location': null }) } : { json: loadBody() },
  })
  const schema = { type: 'struct', fields: [] } as const
  const staged = await it.catalog.createTable(orders, { schema, location, stageCreate: true })
  const table = await it.catalog.updateTable(staged).setProperties({ a: 'b' }).commit()
  expect(table).toMatchObject({ staged: false, metadataLocation: loadBody()['metadata-location'] })
  const sent = it.requests[1]?.json as { requirements: unknown; updates: { action: string }[] }
  expect(sent.requirements).toEqual([{ type: 'assert-create' }])
  expect(sent.updates.map(({ action }) => action)).toEqual([
    'assign-uuid',
    'upgrade-format-version',
    'add-schema',
    'set-current-schema',
    'add-spec',
    'set-default-spec',
    'add-sort-order',
    'set-default-sort-order',
    'set-location',
    'set-properties',
  ])
  await using taken = await testCatalog({
    respond: ({ target }) =>
      target.endsWith('/tables')
        ? { json: loadBody({ 'metadata-location': null }) }
        : errorResponse(409, 'AlreadyExistsException'),
  })
  const other = await taken.catalog.createTable(orders, { schema, stageCreate: true })
  await expect(taken.catalog.updateTable(other).commit()).rejects.toMatchObject({
    name: 'AlreadyExistsError',
  })
  expect(taken.requests.length).toBe(2)
})

test('a commit is not retried after an error other than a conflict, and a commit without changes is refused', async () => {
  await using it = await startInMemoryCatalog(
    ['orders'],
    [{ applied: false, response: errorResponse(403, 'ForbiddenException') }],
  )
  const table = await it.catalog.loadTable(orders)
  await expect(it.catalog.updateTable(table).commit()).rejects.toThrow('contains no changes')
  const commit = it.catalog.updateTable(table).setProperties({ a: 'b' }).commit()
  await expect(commit).rejects.toMatchObject({ name: 'ForbiddenError' })
  expect(it.commits().length).toBe(1)
})

test('an aborted signal ends the pause before the next attempt of a commit', async () => {
  const controller = new AbortController()
  await using it = await startInMemoryCatalog(
    ['orders'],
    [
      {
        applied: false,
        response: errorResponse(409, 'CommitFailedException'),
        before: () => controller.abort(new Error('enough')),
      },
    ],
  )
  const table = await it.catalog.loadTable(orders)
  const { signal } = controller
  await expect(it.catalog.updateTable(table).setProperties({ a: 'b' }).commit({ signal })).rejects.toThrow(
    'enough',
  )
})

test('setSchema selects an equal schema of the table, or else adds the schema with the last column id', async () => {
  await using it = await startInMemoryCatalog(['orders'])
  const table = await it.catalog.loadTable(orders)
  const [first] = table.metadata.schemas
  if (first === undefined) throw new Error('The table has no schema')
  const wider = {
    ...first,
    fields: [...first.fields, { id: 2, name: 'item', type: 'string', required: false }],
  }
  const added = await it.catalog.updateTable(table).setSchema(wider).commit()
  const back = await it.catalog
    .updateTable(added)
    .setSchema((now) => now.schemas[0] ?? first)
    .commit()
  expect([added, back].map(({ metadata }) => metadata['current-schema-id'])).toEqual([1, 0])
  const narrow = {
    ...first,
    fields: [{ ...first.fields[0], id: 1, name: 'key', type: 'long', required: true }],
  }
  await it.catalog.updateTable(back).setSchema(narrow).commit()
  expect(it.commits().map(({ json }) => json)).toMatchObject([
    {
      requirements: [{}, { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': 1 }, {}],
      updates: [{ action: 'add-schema', 'last-column-id': 2 }, {}],
    },
    { updates: [{ action: 'set-current-schema', 'schema-id': 0 }] },
    { updates: [{ action: 'add-schema', 'last-column-id': 2 }, {}] },
  ])
})

test('compile derives the requirements of the updates without duplicates', async () => {
  await using it = await startInMemoryCatalog(['orders'])
  it.commitElsewhere('orders', ...appendUpdates(it.table('orders'), OTHER_SNAPSHOT), {
    action: 'set-snapshot-ref',
    'ref-name': 'audit',
    ref: { type: 'branch', 'snapshot-id': OTHER_SNAPSHOT },
  })
  const table = await it.catalog.loadTable(orders)
  const { requirements } = it.catalog
    .updateTable(table)
    .removeRef('audit')
    .removeRef('never')
    .setLocation('s3://b/c')
    .add(
      { action: 'remove-schemas', 'schema-ids': [7] },
      { action: 'remove-partition-specs', 'spec-ids': [7] },
      { action: 'set-default-sort-order', 'sort-order-id': 0 },
    )
    .requiring({ type: 'assert-current-schema-id', 'current-schema-id': 0 })
    .compile()
  expect(requirements).toEqual([
    { type: 'assert-table-uuid', uuid: table.metadata['table-uuid'] },
    { type: 'assert-ref-snapshot-id', ref: 'audit', 'snapshot-id': OTHER_SNAPSHOT },
    { type: 'assert-ref-snapshot-id', ref: 'never', 'snapshot-id': null },
    { type: 'assert-current-schema-id', 'current-schema-id': 0 },
    { type: 'assert-default-spec-id', 'default-spec-id': 0 },
    { type: 'assert-default-sort-order-id', 'default-sort-order-id': 0 },
  ])
})
