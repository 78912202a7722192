import { ok, rejects } from 'node:assert/strict'
import { LanceNamespaceError, type LanceNamespace } from '@headgate/lance/client'
import { check, type Check } from '../check.ts'

const id = ['t', 'orders']

/**
 * Calls of operations that the reference server does not implement. For each, the server responds with a specific
 * error and the status 500.
 */
const calls: Readonly<Record<string, (lance: LanceNamespace) => Promise<unknown>>> = {
  renameTable: (lance) => lance.renameTable({ id, new_table_name: 'other' }),
  batchCreateTableVersions: (lance) => lance.batchCreateTableVersions({ entries: [] }),
  batchCommitTables: (lance) =>
    lance.batchCommitTables({ operations: [{ declare_table: { id: ['t', 'x'] } }] }),
  updateFieldMetadata: (lance) =>
    lance.updateFieldMetadata({ id, updates: [{ path: 'name', metadata: { k: 'v' } }] }),
  alterTableBackfillColumns: (lance) => lance.alterTableBackfillColumns({ id, column: 'name' }),
  createMaterializedView: (lance) =>
    lance.createMaterializedView({ id: ['t', 'view'], kind: 'query', source_query: '', output_schema: '' }),
  refreshMaterializedView: (lance) => lance.refreshMaterializedView({ id: ['t', 'view'] }),
}

export const notImplementedChecks: readonly Check[] = Object.entries(calls).map(([name, call]) =>
  check(`the client reports that the server does not implement ${name}`, async ({ lance }) => {
    await rejects(call(lance), (error) => {
      ok(error instanceof LanceNamespaceError)
      ok(/not implemented/.test(error.message), `${error.status} ${error.message}`)
      return true
    })
  }),
)
