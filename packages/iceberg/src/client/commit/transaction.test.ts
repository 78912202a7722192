import { expect, test } from 'vitest'
import { fullConfig, orders, errorResponse } from '../../../test/client/catalog.ts'
import { CommitFailedError } from '../index.ts'
import {
  appendUpdates,
  lostResponse,
  createSnapshot,
  startInMemoryCatalog,
} from '../../../test/client/commit/in-memory-catalog.ts'

const noIdempotencyKeys = { config: { ...fullConfig, 'idempotency-key-lifetime': null } }
const items = { namespace: ['sales'], name: 'items' } as const
const OWN_SNAPSHOT = 9_007_199_254_740_993n

test('a transaction commits changes of several tables in one request', async () => {
  await using it = await startInMemoryCatalog(['orders', 'items'])
  const [first, second] = await Promise.all([it.catalog.loadTable(orders), it.catalog.loadTable(items)])
  const transaction = it.catalog.transaction()
  transaction.update(first).addSnapshot((now) => createSnapshot(now, OWN_SNAPSHOT))
  transaction.update(second).setProperties({ a: 'b' })
  await transaction.commit()
  expect(it.table('orders')['current-snapshot-id']).toBe(OWN_SNAPSHOT)
  expect(it.table('items').properties).toEqual({ a: 'b' })
  expect(it.commits().map(({ target }) => target)).toEqual(['/v1/wh/transactions/commit'])
  expect(it.commits()[0]?.json).toMatchObject({
    'table-changes': [{ identifier: orders }, { identifier: items }],
  })
})

test('a conflict in one table repeats the whole transaction, and a failure changes no table', async () => {
  await using it = await startInMemoryCatalog(
    ['orders', 'items'],
    [
      {
        applied: true,
        response: lostResponse,
        before: () => it.commitElsewhere('orders', ...appendUpdates(it.table('orders'), OWN_SNAPSHOT + 2n)),
      },
    ],
  )
  const [first, second] = await Promise.all([it.catalog.loadTable(orders), it.catalog.loadTable(items)])
  const transaction = it.catalog.transaction()
  transaction.update(first).addSnapshot((now) => createSnapshot(now, OWN_SNAPSHOT))
  transaction.update(second).setProperties({ a: 'b' })
  await transaction.commit()
  expect(it.commits().length).toBe(2)
  expect(it.table('orders').snapshots.length).toBe(2)

  const fixed = it.catalog.transaction()
  fixed.update(first).addSnapshot(createSnapshot(first.metadata, OWN_SNAPSHOT + 4n))
  fixed.update(second).setProperties({ c: 'd' })
  await expect(fixed.commit()).rejects.toBeInstanceOf(CommitFailedError)
  expect(it.table('items').properties).toEqual({ a: 'b' })
})

test('after a lost response, the client detects an executed transaction by its changes in all tables', async () => {
  for (const applied of [true, false]) {
    await using it = await startInMemoryCatalog(
      ['orders', 'items'],
      [{ applied, response: lostResponse }],
      noIdempotencyKeys,
    )
    const [first, second] = await Promise.all([it.catalog.loadTable(orders), it.catalog.loadTable(items)])
    const transaction = it.catalog.transaction()
    transaction.update(first).setProperties({ a: 'b' })
    transaction.update(second).addSnapshot(createSnapshot(second.metadata, OWN_SNAPSHOT))
    const outcome = transaction.commit()
    if (applied) await expect(outcome).resolves.toBeUndefined()
    else await expect(outcome).rejects.toMatchObject({ name: 'IcebergConnectionError', outcomeUnknown: true })
    expect(it.commits().length).toBe(1)
  }
})

test('a transaction that a proxy sent twice succeeds although the second request conflicts', async () => {
  const response = errorResponse(409, 'CommitFailedException')
  await using it = await startInMemoryCatalog(
    ['orders', 'items'],
    [{ applied: true, response }],
    noIdempotencyKeys,
  )
  const [first, second] = await Promise.all([it.catalog.loadTable(orders), it.catalog.loadTable(items)])
  const transaction = it.catalog.transaction()
  transaction.update(first).setProperties({ a: 'b' })
  transaction.update(second).addSnapshot(createSnapshot(second.metadata, OWN_SNAPSHOT))
  await transaction.commit({ commitRetries: 0 })
  expect(it.commits().length).toBe(1)
})

test('a transaction refuses to add a table twice, and refuses a commit without tables', async () => {
  await using it = await startInMemoryCatalog(['orders'])
  const table = await it.catalog.loadTable(orders)
  const transaction = it.catalog.transaction()
  await expect(transaction.commit()).rejects.toThrow('contains no changes')
  transaction.update(table)
  expect(() => transaction.update(table)).toThrow('Table orders is already in this transaction')
})

test('a transaction sends no request to a server that does not list the operation commitTransaction', async () => {
  const endpoints = ['GET /v1/{prefix}/namespaces/{namespace}/tables/{table}']
  await using it = await startInMemoryCatalog(['orders'], [], { config: { endpoints } })
  const transaction = it.catalog.transaction()
  transaction.update(await it.catalog.loadTable(orders)).setProperties({ a: 'b' })
  await expect(transaction.commit()).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('POST /v1/{prefix}/transactions/commit'),
  })
  await expect(
    it.catalog.commitTransaction([{ identifier: orders, requirements: [], updates: [] }]),
  ).rejects.toMatchObject({ code: 'unsupported' })
})
