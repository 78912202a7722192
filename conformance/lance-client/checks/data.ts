import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { check, type Check } from '../check.ts'
import { idsIn, range, readRows } from '../node-lance.ts'

const id = ['d', 'rows']

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve()
    yield bytes.subarray(at, at + size)
  }
}

export const dataChecks: readonly Check[] = [
  check(
    'rows are inserted as bytes, as a stream, and as a function that opens one',
    async ({ lance, node }) => {
      await lance.createNamespace({ id: ['d'] })
      await lance.createTable({ id }, () => pieces(readRows(node, range(0, 1_000)), 1_000))
      equal((await lance.insertIntoTable({ id }, readRows(node, range(1_000, 1_010)))).num_inserted_rows, 10)
      const more = readRows(node, range(1_010, 1_020))
      equal((await lance.insertIntoTable({ id }, pieces(more, 7))).num_inserted_rows, 10)
      const last = (): ReadableStream<Uint8Array> => new Blob([readRows(node, range(1_020, 1_030))]).stream()
      equal((await lance.insertIntoTable({ id, mode: 'Append' }, last)).num_inserted_rows, 10)
      equal(await lance.countTableRows({ id }), 1_030)
    },
  ),
  check('integers beyond 2^53 are returned unchanged', async ({ lance, node }) => {
    const big = 9_223_372_036_854_775_807n
    await lance.insertIntoTable({ id }, readRows(node, [big]))
    const bytes = await lance.queryTable({ id, k: 5, vector: { single_vector: [] }, filter: `id = ${big}` })
    deepEqual(idsIn(node, bytes), [big])
    await lance.deleteFromTable({ id, predicate: `id = ${big}` })
  }),
  check('an Arrow file is refused before it is sent', async ({ lance, node }) => {
    await rejects(
      lance.insertIntoTable({ id }, readRows(node, range(0, 1), 'file')),
      /takes Arrow IPC streams/,
    )
  }),
  check('rows are merged, updated and deleted', async ({ lance, node }) => {
    const merged = await lance.mergeInsertIntoTable(
      { id, on: 'id', when_matched_update_all: true, when_not_matched_insert_all: true },
      readRows(node, range(1_025, 1_035)),
    )
    deepEqual([merged.num_updated_rows, merged.num_inserted_rows], [5, 5])
    const updated = await lance.updateTable({ id, predicate: 'id < 3', updates: [['name', "'it''s'"]] })
    equal(updated.updated_rows, 3)
    await lance.deleteFromTable({ id, predicate: 'id >= 1030' })
    equal(await lance.countTableRows({ id }), 1_030)
    equal(await lance.countTableRows({ id, predicate: "name = 'it''s'" }), 3)
  }),
  check('a vector search returns the nearest rows, as bytes and as a stream', async ({ lance, node }) => {
    const query = { id, k: 3, vector: { single_vector: [500, 1] } }
    const bytes = await lance.queryTable(query)
    equal(idsIn(node, bytes)[0], 500n)
    const chunks: Uint8Array[] = []
    for await (const chunk of await lance.queryTableStream(query)) chunks.push(chunk)
    deepEqual(idsIn(node, Buffer.concat(chunks)), idsIn(node, bytes))
  }),
  check('a query applies filters, columns and offsets', async ({ lance, node }) => {
    const query = { id, vector: { single_vector: [] }, filter: 'id >= 10', columns: { column_names: ['id'] } }
    deepEqual(idsIn(node, await lance.queryTable({ ...query, k: 3 })), [10n, 11n, 12n])
    deepEqual(idsIn(node, await lance.queryTable({ ...query, k: 2, offset: 5 })), [15n, 16n])
  }),
  check('plans are explained and analyzed', async ({ lance }) => {
    const query = { k: 3, vector: { single_vector: [1, 1] } }
    match(await lance.explainTableQueryPlan({ id, query }), /KNNVectorDistance/)
    match(await lance.analyzeTableQueryPlan({ id, ...query }), /output_rows=3/)
  }),
]
