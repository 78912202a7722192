import { expect, test } from 'vitest'
import { everything, loaded, orders, problem, testCatalog } from '../../../test/client/catalog.ts'
import { CommitFailedError, CommitStateUnknownError } from '../index.ts'
import { append, lost, snapshotOn, tinyCatalog, unknown } from '../../../test/client/commit/tiny-catalog.ts'

const noKeys = { config: { ...everything, 'idempotency-key-lifetime': null } }
const conflict = { done: false, reply: problem(409, 'CommitFailedException') } as const
const OURS = 9_007_199_254_740_993n
const THEIRS = 9_007_199_254_740_995n

test('changes are collected, sent with what they rest on, and the table comes back as it is then', async () => {
  await using it = await tinyCatalog(['orders'])
  const table = await it.catalog.loadTable(orders)
  const after = await it.catalog
    .updateTable(table)
    .setProperties({ owner: 'ann' })
    .addSnapshot(snapshotOn(table.metadata, OURS))
    .setRef('v1', { type: 'tag', 'snapshot-id': OURS })
    .commit()
  expect(after).toMatchObject({
    identifier: orders,
    metadata: {
      'current-snapshot-id': OURS,
      properties: { owner: 'ann' },
      refs: { v1: { type: 'tag', 'snapshot-id': OURS } },
    },
  })
  expect(it.commits()[0]?.json).toMatchObject({
    requirements: [
      { type: 'assert-table-uuid' },
      { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null },
      { type: 'assert-ref-snapshot-id', ref: 'v1', 'snapshot-id': null },
    ],
  })
  expect(it.seen.length).toBe(2)
})

test('a branch keeps its settings when it gets another snapshot', async () => {
  await using it = await tinyCatalog(['orders'])
  it.change('orders', ...append(it.table('orders'), THEIRS), {
    action: 'set-snapshot-ref',
    'ref-name': 'main',
    ref: { type: 'branch', 'snapshot-id': THEIRS, 'min-snapshots-to-keep': 7 },
  })
  const table = await it.catalog.loadTable(orders)
  const after = await it.catalog
    .updateTable(table)
    .addSnapshot((now) => snapshotOn(now, OURS))
    .commit()
  expect(after.metadata.refs['main']).toEqual({
    type: 'branch',
    'snapshot-id': OURS,
    'min-snapshots-to-keep': 7,
  })
})

test('what rests on nothing that others changed is tried again, with pauses that grow', async () => {
  await using it = await tinyCatalog(['orders'], [conflict, conflict, conflict])
  const table = await it.catalog.loadTable(orders)
  await it.catalog.updateTable(table).setProperties({ a: 'b' }).commit()
  expect(it.commits().length).toBe(4)
  expect(it.clock.slept).toEqual([50, 100, 200])
  expect(new Set(it.commits().map(({ headers }) => headers['idempotency-key'])).size).toBe(4)
})

test('a function makes its snapshot anew, on top of what others have committed', async () => {
  await using it = await tinyCatalog(
    ['orders'],
    [{ done: true, reply: lost, before: () => it.change('orders', ...append(it.table('orders'), THEIRS)) }],
  )
  const table = await it.catalog.loadTable(orders)
  const after = await it.catalog
    .updateTable(table)
    .addSnapshot((now) => snapshotOn(now, OURS))
    .commit()
  expect(after.metadata.snapshots.map((each) => [each['snapshot-id'], each['parent-snapshot-id']])).toEqual([
    [THEIRS, undefined],
    [OURS, THEIRS],
  ])
})

test('a commit that was made, and repeated by somebody on the way, is found in spite of the conflict', async () => {
  for (const how of ['value', 'function'] as const) {
    await using it = await tinyCatalog(['orders'], [{ ...conflict, done: true }], noKeys)
    const table = await it.catalog.loadTable(orders)
    let id = OURS
    const builder = it.catalog.updateTable(table)
    if (how === 'value') builder.addSnapshot(snapshotOn(table.metadata, OURS))
    else builder.addSnapshot((now) => snapshotOn(now, id++))
    expect((await builder.commit()).metadata['current-snapshot-id']).toBe(OURS)
    expect(it.commits().length).toBe(1)
    expect(it.table('orders').snapshots.length).toBe(1)
  }
})

test('a snapshot that was made for what is gone is never put on top of somebody else’s', async () => {
  await using it = await tinyCatalog(['orders'])
  const table = await it.catalog.loadTable(orders)
  it.change('orders', ...append(it.table('orders'), THEIRS))
  const commit = it.catalog.updateTable(table).addSnapshot(snapshotOn(table.metadata, OURS)).commit()
  await expect(commit).rejects.toBeInstanceOf(CommitFailedError)
  expect(it.commits().length).toBe(1)
  expect(it.table('orders')['current-snapshot-id']).toBe(THEIRS)
})

test('a table that was made anew under the name is not committed to', async () => {
  await using it = await tinyCatalog(['orders'])
  const table = await it.catalog.loadTable(orders)
  it.recreate('orders')
  await expect(it.catalog.updateTable(table).setProperties({ a: 'b' }).commit()).rejects.toBeInstanceOf(
    CommitFailedError,
  )
  expect(it.table('orders').properties).toEqual({})
})

test('it ends after as many conflicts as the table says, or the caller', async () => {
  for (const [properties, options, commits] of [
    [{}, {}, 5],
    [{ 'commit.retry.num-retries': '1' }, {}, 2],
    [{ 'commit.retry.num-retries': 'many' }, {}, 5],
    [{ 'commit.retry.total-timeout-ms': '0' }, {}, 1],
    [{}, { commitRetries: 0 }, 1],
  ] as const) {
    await using it = await tinyCatalog(
      ['orders'],
      Array.from({ length: 9 }, () => conflict),
    )
    it.change('orders', { action: 'set-properties', updates: properties })
    const table = await it.catalog.loadTable(orders)
    const commit = it.catalog.updateTable(table).setProperties({ a: 'b' }).commit(options)
    await expect(commit).rejects.toBeInstanceOf(CommitFailedError)
    expect(it.commits().length).toBe(commits)
  }
})

test.each([
  ['the connection breaks', lost],
  ['the server does not know', unknown],
  ['a proxy gives up', { status: 504, text: 'Gateway Time-out' }],
])('when %s after the commit was made, that is found out', async (_, reply) => {
  for (const change of ['snapshot', 'properties'] as const) {
    await using it = await tinyCatalog(['orders'], [{ done: true, reply }], noKeys)
    const table = await it.catalog.loadTable(orders)
    const builder = it.catalog.updateTable(table)
    if (change === 'snapshot') builder.addSnapshot(snapshotOn(table.metadata, OURS))
    else builder.setProperties({ a: 'b' })
    const after = await builder.commit()
    expect(after.metadata).toEqual(it.table('orders'))
    expect(it.commits().length).toBe(1)
  }
})

test('when nothing is to be seen of it, the error says that it may still come', async () => {
  await using it = await tinyCatalog(['orders'], [{ done: false, reply: unknown }], noKeys)
  const table = await it.catalog.loadTable(orders)
  const commit = it.catalog.updateTable(table).setProperties({ a: 'b' }).commit()
  const error: unknown = await commit.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(CommitStateUnknownError)
  expect(error).toMatchObject({ outcomeUnknown: true, type: 'CommitStateUnknownException' })
  expect(it.commits().length).toBe(1)
  expect(it.clock.slept).toEqual([1_000, 2_000])
})

test('a key makes the same commit repeatable, so that nothing has to be found out', async () => {
  await using it = await tinyCatalog(['orders'], [{ done: false, reply: lost }])
  const table = await it.catalog.loadTable(orders)
  await it.catalog.updateTable(table).setProperties({ a: 'b' }).commit()
  expect(new Set(it.commits().map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
  expect(it.commits().length).toBe(2)
})

test('a staged table is created by its first commit, and is not made twice', async () => {
  const location = 's3://lake/new'
  await using it = await testCatalog({
    answer: ({ target }) =>
      target.endsWith('/tables') ? { json: loaded({ 'metadata-location': null }) } : { json: loaded() },
  })
  const schema = { type: 'struct', fields: [] } as const
  const staged = await it.catalog.createTable(orders, { schema, location, stageCreate: true })
  const table = await it.catalog.updateTable(staged).setProperties({ a: 'b' }).commit()
  expect(table).toMatchObject({ staged: false, metadataLocation: loaded()['metadata-location'] })
  const sent = it.seen[1]?.json as { requirements: unknown; updates: { action: string }[] }
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
    answer: ({ target }) =>
      target.endsWith('/tables')
        ? { json: loaded({ 'metadata-location': null }) }
        : problem(409, 'AlreadyExistsException'),
  })
  const other = await taken.catalog.createTable(orders, { schema, stageCreate: true })
  await expect(taken.catalog.updateTable(other).commit()).rejects.toMatchObject({
    name: 'AlreadyExistsError',
  })
  expect(taken.seen.length).toBe(2)
})

test('an error that is no conflict is told at once, and so is that there is nothing to commit', async () => {
  await using it = await tinyCatalog(['orders'], [{ done: false, reply: problem(403, 'ForbiddenException') }])
  const table = await it.catalog.loadTable(orders)
  await expect(it.catalog.updateTable(table).commit()).rejects.toThrow('nothing to commit')
  const commit = it.catalog.updateTable(table).setProperties({ a: 'b' }).commit()
  await expect(commit).rejects.toMatchObject({ name: 'ForbiddenError' })
  expect(it.commits().length).toBe(1)
})

test('a signal ends the waiting between two commits', async () => {
  const controller = new AbortController()
  await using it = await tinyCatalog(
    ['orders'],
    [
      {
        done: false,
        reply: problem(409, 'CommitFailedException'),
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

test('a schema that is there already is made current, and another one is added with the ids used so far', async () => {
  await using it = await tinyCatalog(['orders'])
  const table = await it.catalog.loadTable(orders)
  const [first] = table.metadata.schemas
  if (first === undefined) throw new Error('there is no schema')
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

test('requirements are what the updates rest on, once each', async () => {
  await using it = await tinyCatalog(['orders'])
  it.change('orders', ...append(it.table('orders'), THEIRS), {
    action: 'set-snapshot-ref',
    'ref-name': 'audit',
    ref: { type: 'branch', 'snapshot-id': THEIRS },
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
    { type: 'assert-ref-snapshot-id', ref: 'audit', 'snapshot-id': THEIRS },
    { type: 'assert-ref-snapshot-id', ref: 'never', 'snapshot-id': null },
    { type: 'assert-current-schema-id', 'current-schema-id': 0 },
    { type: 'assert-default-spec-id', 'default-spec-id': 0 },
    { type: 'assert-default-sort-order-id', 'default-sort-order-id': 0 },
  ])
})
