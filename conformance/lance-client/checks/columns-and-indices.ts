import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { TableIndexNotFoundError } from '@headgate/lance/client'
import { check, gathered, type Check } from '../check.ts'
import { range, readRows } from '../node-lance.ts'

const id = ['c', 'cols']

export const columnAndIndexChecks: readonly Check[] = [
  check('columns are added, renamed and dropped', async ({ lance, node }) => {
    await lance.createNamespace({ id: ['c'] })
    await lance.createTable({ id }, readRows(node, range(0, 300)))
    await lance.alterTableAddColumns({ id, new_columns: [{ name: 'twice', expression: 'id * 2' }] })
    equal(await lance.countTableRows({ id, predicate: 'twice = 20' }), 1)
    await lance.alterTableAlterColumns({ id, alterations: [{ path: 'twice', rename: 'double' }] })
    equal(await lance.countTableRows({ id, predicate: 'double = 20' }), 1)
    equal((await lance.alterTableDropColumns({ id, columns: ['double'] })).version, 4)
  }),
  check('the metadata of a schema is replaced', async ({ lance }) => {
    deepEqual(await lance.updateTableSchemaMetadata({ id, metadata: { k: 'v' } }), { k: 'v' })
  }),
  check('indices are created, listed, described and dropped', async ({ lance }) => {
    await lance.createTableScalarIndex({ id, column: 'id', index_type: 'BTREE' })
    await lance.createTableIndex({
      id,
      column: 'vector',
      index_type: 'IVF_FLAT',
      distance_type: 'l2',
      num_partitions: 1,
      name: 'by vector',
    })
    const indices = await gathered(lance.listTableIndices({ id }))
    deepEqual(Object.fromEntries(indices.map(({ index_name, columns }) => [index_name, columns])), {
      'by vector': ['vector'],
      id_idx: ['id'],
    })
    ok(indices.every(({ index_uuid }) => index_uuid.length === 36))
    const stats = await lance.describeTableIndexStats({ id, index_name: 'by vector' })
    equal(stats.num_indexed_rows, 300)
    await lance.dropTableIndex({ id, index_name: 'by vector' })
    await rejects(lance.dropTableIndex({ id, index_name: 'by vector' }), TableIndexNotFoundError)
  }),
]
