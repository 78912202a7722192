import { deepEqual, equal } from 'node:assert/strict'
import { check, gathered, type Check } from '../check.ts'
import { idsIn, range, readRows } from '../node-lance.ts'

/**
 * Returns checks in which `@lancedb/lancedb` reads what the client has written, and the reverse.
 *
 * @param root folder in which the server stores the namespace
 */
export const lancedbChecks = (root: string): readonly Check[] => [
  check('@lancedb/lancedb reads what this client wrote', async ({ lance, uri, node }) => {
    const db = await node.lancedb.connectNamespace('rest', { uri })
    deepEqual((await db.listTables(['d'])).tables, ['rows'])
    const table = await db.openTable('rows', ['d'])
    equal(await table.countRows(), Number(await lance.countTableRows({ id: ['d', 'rows'] })))
    const rows = await table.query().where('id = 1').toArray()
    deepEqual(
      rows.map(({ id, name }) => [id, name]),
      [[1n, "it's"]],
    )
  }),
  check('this client reads what @lancedb/lancedb wrote, and extends it', async ({ lance, uri, node }) => {
    const db = await node.lancedb.connectNamespace('rest', { uri })
    await db.createNamespace(['js'])
    const table = await db.createTable('made_there', [{ id: 1, name: 'a', vector: [1, 2] }], ['js'])
    const id = ['js', 'made_there']
    deepEqual(await gathered(lance.listTables({ id: ['js'] })), ['made_there'])
    equal(await lance.countTableRows({ id }), 1)
    await lance.updateTable({ id, updates: [['name', "'b'"]] })
    await table.add([{ id: 2, name: 'c', vector: [3, 4] }])
    const bytes = await lance.queryTable({ id, k: 9, vector: { single_vector: [] }, filter: 'id > 1' })
    deepEqual(idsIn(node, bytes), [2])
    const again = await db.openTable('made_there', ['js'])
    equal(await again.countRows("name = 'b'"), 1)
  }),
  check(
    'names with non-ASCII letters refer to the same table in both clients',
    async ({ lance, uri, node }) => {
      await lance.createTable({ id: ['js', 'ü_b'] }, readRows(node, range(0, 5)))
      const db = await node.lancedb.connectNamespace('rest', { uri })
      deepEqual(new Set((await db.listTables(['js'])).tables), new Set(['made_there', 'ü_b']))
    },
  ),
  check(
    '@lancedb/lancedb reads the tables of this client from the folder, without a server',
    async ({ lance, node }) => {
      const db = await node.lancedb.connectNamespace('dir', { root })
      deepEqual((await db.listTables(['d'])).tables, ['rows'])
      const table = await db.openTable('rows', ['d'])
      equal(await table.countRows(), Number(await lance.countTableRows({ id: ['d', 'rows'] })))
      const big = 9_007_199_254_740_993n
      await lance.insertIntoTable({ id: ['d', 'rows'] }, readRows(node, [big]))
      const again = await db.openTable('rows', ['d'])
      const found = await again.query().where(`id = ${big}`).toArray()
      deepEqual(
        found.map(({ id }) => id),
        [big],
      )
      await lance.deleteFromTable({ id: ['d', 'rows'], predicate: `id = ${big}` })
    },
  ),
  check(
    'this client reads the tables of @lancedb/lancedb from the folder, without a server',
    async ({ lance, node }) => {
      const db = await node.lancedb.connectNamespace('dir', { root })
      await db.createNamespace(['dir'])
      const rows = [
        { id: 1, name: 'a', vector: [1, 2] },
        { id: 2, name: 'b', vector: [3, 4] },
      ]
      const table = await db.createTable('made_in_folder', rows, ['dir'])
      const id = ['dir', 'made_in_folder']
      deepEqual(await gathered(lance.listTables({ id: ['dir'] })), ['made_in_folder'])
      equal(await lance.countTableRows({ id }), 2)
      await table.add([{ id: 3, name: 'c', vector: [5, 6] }])
      const bytes = await lance.queryTable({ id, k: 1, vector: { single_vector: [5, 6] } })
      deepEqual(idsIn(node, bytes).map(Number), [3])
      await lance.dropTable({ id })
      deepEqual((await db.listTables(['dir'])).tables, [])
    },
  ),
]
