import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { TableAlreadyExistsError, TableNotFoundError } from '@headgate/lance/client'
import { check, gathered, type Check } from '../check.ts'
import { range, readRows } from '../node-lance.ts'

const id = ['t', 'orders']

export const tableChecks: readonly Check[] = [
  check('a table is created from rows, described and listed', async ({ lance, node }) => {
    await lance.createNamespace({ id: ['t'] })
    const { location, version } = await lance.createTable(
      { id, properties: { k: 'v' } },
      readRows(node, range(0, 10)),
    )
    match(location ?? '', /^file:/)
    equal(await lance.tableExists({ id }), true)
    equal(version, 1)
    const described = await lance.describeTable({ id, load_detailed_metadata: true })
    deepEqual(described.namespace, ['t'])
    deepEqual(
      described.schema?.fields.map(({ name, type }) => [name, type.type]),
      [
        ['id', 'int64'],
        ['name', 'utf8'],
        ['vector', 'fixed_size_list'],
      ],
    )
    equal(described.is_only_declared, false)
    deepEqual(await gathered(lance.listTables({ id: ['t'] })), ['orders'])
  }),
  check('the context of a response contains its headers', async ({ lance }) => {
    const { context } = await lance.describeTable({ id })
    equal(context?.['header.content-type'], 'application/json')
  }),
  check('a table is declared before it exists', async ({ lance }) => {
    const declared = await lance.declareTable({ id: ['t', 'later'] })
    const described = await lance.describeTable({ id: ['t', 'later'], check_declared: true })
    equal(described.location, declared.location)
    equal(described.is_only_declared, true)
    deepEqual(await gathered(lance.listTables({ id: ['t'] })), ['later', 'orders'])
    deepEqual(await gathered(lance.listTables({ id: ['t'], include_declared: false })), ['orders'])
    await lance.deregisterTable({ id: ['t', 'later'] })
    equal(await lance.tableExists({ id: ['t', 'later'] }), false)
  }),
  check('error responses are errors with specific classes', async ({ lance, node }) => {
    await rejects(lance.createTable({ id }, readRows(node, range(0, 1))), TableAlreadyExistsError)
    await rejects(lance.declareTable({ id }), TableAlreadyExistsError)
    await rejects(lance.describeTable({ id: ['t', 'nope'] }), TableNotFoundError)
    await rejects(lance.dropTable({ id: ['t', 'nope'] }), TableNotFoundError)
    equal(await lance.tableExists({ id: ['t', 'nope'] }), false)
  }),
  check('the server applies the mode of a create request', async ({ lance, node }) => {
    await lance.createTable({ id, mode: 'ExistOk' }, readRows(node, range(0, 1)))
    equal(await lance.countTableRows({ id }), 10)
    await lance.createTable({ id, mode: 'Overwrite' }, readRows(node, range(0, 20)))
    equal(await lance.countTableRows({ id }), 20)
  }),
  check('a table is registered at its location, and dropped', async ({ lance, node }) => {
    await lance.createTable({ id: ['loose'] }, readRows(node, range(0, 3)))
    const { location } = await lance.describeTable({ id: ['loose'] })
    await lance.deregisterTable({ id: ['loose'] })
    await lance.registerTable({ id: ['t', 'again'], location: (location ?? '').replace(/^.*\//, '') })
    equal(await lance.countTableRows({ id: ['t', 'again'] }), 3)
    await lance.dropTable({ id: ['t', 'again'] })
    equal(await lance.tableExists({ id: ['t', 'again'] }), false)
  }),
  check('statistics of a table are read', async ({ lance }) => {
    const stats = await lance.getTableStats({ id })
    equal(stats.num_rows, 20)
    equal(stats.fragment_stats.lengths.max, 20)
  }),
  check('all tables of all namespaces can be listed', async ({ lance, node }) => {
    await lance.createTable({ id: ['at_root'] }, readRows(node, range(0, 1)))
    // The reference server lists only the tables of its root namespace.
    deepEqual(await gathered(lance.listAllTables()), ['at_root'])
  }),
]
