import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import {
  ConcurrentModificationError,
  TableTagAlreadyExistsError,
  TableTagNotFoundError,
  TransactionNotFoundError,
} from '@headgate/lance/client'
import { check, gathered, type Check } from '../check.ts'
import { range, readRows } from '../node-lance.ts'

const id = ['v', 'kept']

export const versionChecks: readonly Check[] = [
  check('versions are listed, described, restored and deleted', async ({ lance, node }) => {
    await lance.createNamespace({ id: ['v'] })
    await lance.createTable({ id }, readRows(node, range(0, 3)))
    for (const from of [3, 6]) await lance.insertIntoTable({ id }, readRows(node, range(from, from + 3)))
    const versions = await gathered(lance.listTableVersions({ id, descending: true }))
    deepEqual(
      versions.map(({ version }) => version),
      [3, 2, 1],
    )
    const { version } = await lance.describeTableVersion({ id, version: 1 })
    equal(version.manifest_path, versions[2]?.manifest_path)
    ok(Number(version.timestamp_millis) > 1_700_000_000_000)
    await lance.restoreTable({ id, version: 1 })
    equal(await lance.countTableRows({ id }), 3)
    const { deleted_count } = await lance.batchDeleteTableVersions({
      id,
      ranges: [{ start_version: 2, end_version: 3 }],
    })
    equal(deleted_count, 1)
  }),
  check(
    'a version that does not follow the last version is refused, and the error contains its exact number',
    async ({ lance }) => {
      const version = 9_007_199_254_740_993n
      await rejects(lance.createTableVersion({ id, version, manifest_path: 'm' }), (error) => {
        ok(error instanceof ConcurrentModificationError)
        ok(error.message.includes(String(version)), error.message)
        return true
      })
    },
  ),
  check('tags are created, listed, moved and deleted', async ({ lance }) => {
    await lance.createTableTag({ id, tag: 'v-1', version: 1 })
    const tags = await gathered(lance.listTableTags({ id }))
    deepEqual(
      tags.map(([name, { version }]) => [name, version]),
      [['v-1', 1]],
    )
    await rejects(lance.createTableTag({ id, tag: 'v-1', version: 1 }), TableTagAlreadyExistsError)
    await lance.updateTableTag({ id, tag: 'v-1', version: 3 })
    equal((await lance.getTableTagVersion({ id, tag: 'v-1' })).version, 3)
    await lance.deleteTableTag({ id, tag: 'v-1' })
    await rejects(lance.getTableTagVersion({ id, tag: 'v-1' }), TableTagNotFoundError)
  }),
  check('branches are created, written to, listed and deleted', async ({ lance, node }) => {
    await lance.createTableBranch({ id, name: 'trial' })
    const branches = await gathered(lance.listTableBranches({ id }))
    deepEqual(
      branches.map(([name]) => name),
      ['trial'],
    )
    // The reference server always writes to the main branch, so the check can only examine the response.
    const { num_inserted_rows } = await lance.insertIntoTable(
      { id, branch: 'trial' },
      readRows(node, range(90, 93)),
    )
    equal(num_inserted_rows, 3)
    await lance.deleteTableBranch({ id, name: 'trial' })
    deepEqual(await gathered(lance.listTableBranches({ id })), [])
  }),
  check('missing transactions are reported', async ({ lance }) => {
    const transaction = [...id, '00000000-0000-4000-8000-000000000000']
    await rejects(lance.describeTransaction({ id: transaction }), TransactionNotFoundError)
    const actions = [{ setStatusAction: { status: 'Canceled' } }]
    await rejects(lance.alterTransaction({ id: transaction, actions }), TransactionNotFoundError)
  }),
]
