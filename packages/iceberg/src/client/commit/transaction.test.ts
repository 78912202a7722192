import { expect, test } from 'vitest'
import { everything, orders, problem } from '../../../test/client/catalog.ts'
import { CommitFailedError } from '../index.ts'
import { append, lost, snapshotOn, tinyCatalog } from '../../../test/client/commit/tiny-catalog.ts'

const noKeys = { config: { ...everything, 'idempotency-key-lifetime': null } }
const items = { namespace: ['sales'], name: 'items' } as const
const OURS = 9_007_199_254_740_993n

test('several tables change at once', async () => {
  await using it = await tinyCatalog(['orders', 'items'])
  const [first, second] = await Promise.all([it.catalog.loadTable(orders), it.catalog.loadTable(items)])
  const transaction = it.catalog.transaction()
  transaction.update(first).addSnapshot((now) => snapshotOn(now, OURS))
  transaction.update(second).setProperties({ a: 'b' })
  await transaction.commit()
  expect(it.table('orders')['current-snapshot-id']).toBe(OURS)
  expect(it.table('items').properties).toEqual({ a: 'b' })
  expect(it.commits().map(({ target }) => target)).toEqual(['/v1/wh/transactions/commit'])
  expect(it.commits()[0]?.json).toMatchObject({
    'table-changes': [{ identifier: orders }, { identifier: items }],
  })
})

test('a conflict in one is tried again for all, and nothing is half done', async () => {
  await using it = await tinyCatalog(
    ['orders', 'items'],
    [
      {
        done: true,
        reply: lost,
        before: () => it.change('orders', ...append(it.table('orders'), OURS + 2n)),
      },
    ],
  )
  const [first, second] = await Promise.all([it.catalog.loadTable(orders), it.catalog.loadTable(items)])
  const transaction = it.catalog.transaction()
  transaction.update(first).addSnapshot((now) => snapshotOn(now, OURS))
  transaction.update(second).setProperties({ a: 'b' })
  await transaction.commit()
  expect(it.commits().length).toBe(2)
  expect(it.table('orders').snapshots.length).toBe(2)

  const fixed = it.catalog.transaction()
  fixed.update(first).addSnapshot(snapshotOn(first.metadata, OURS + 4n))
  fixed.update(second).setProperties({ c: 'd' })
  await expect(fixed.commit()).rejects.toBeInstanceOf(CommitFailedError)
  expect(it.table('items').properties).toEqual({ a: 'b' })
})

test('a lost answer is looked for in all tables', async () => {
  for (const done of [true, false]) {
    await using it = await tinyCatalog(['orders', 'items'], [{ done, reply: lost }], noKeys)
    const [first, second] = await Promise.all([it.catalog.loadTable(orders), it.catalog.loadTable(items)])
    const transaction = it.catalog.transaction()
    transaction.update(first).setProperties({ a: 'b' })
    transaction.update(second).addSnapshot(snapshotOn(second.metadata, OURS))
    const outcome = transaction.commit()
    if (done) await expect(outcome).resolves.toBeUndefined()
    else await expect(outcome).rejects.toMatchObject({ name: 'IcebergConnectionError', outcomeUnknown: true })
    expect(it.commits().length).toBe(1)
  }
})

test('a transaction that was made, and repeated by somebody on the way, is found in spite of the conflict', async () => {
  const reply = problem(409, 'CommitFailedException')
  await using it = await tinyCatalog(['orders', 'items'], [{ done: true, reply }], noKeys)
  const [first, second] = await Promise.all([it.catalog.loadTable(orders), it.catalog.loadTable(items)])
  const transaction = it.catalog.transaction()
  transaction.update(first).setProperties({ a: 'b' })
  transaction.update(second).addSnapshot(snapshotOn(second.metadata, OURS))
  await transaction.commit({ commitRetries: 0 })
  expect(it.commits().length).toBe(1)
})

test('a table can be taken up once, and an empty transaction is a mistake', async () => {
  await using it = await tinyCatalog(['orders'])
  const table = await it.catalog.loadTable(orders)
  const transaction = it.catalog.transaction()
  await expect(transaction.commit()).rejects.toThrow('nothing to commit')
  transaction.update(table)
  expect(() => transaction.update(table)).toThrow('orders is in this transaction already')
})

test('a server without transactions is not asked for one', async () => {
  const endpoints = ['GET /v1/{prefix}/namespaces/{namespace}/tables/{table}']
  await using it = await tinyCatalog(['orders'], [], { config: { endpoints } })
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
