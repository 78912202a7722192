import type { TableIdentifier } from '../../rest/identifier.ts'
import type { LoadedTable } from '../loaded-table.ts'
import type { CallOptions, Session } from '../session.ts'
import type { LoadedView } from '../views.ts'
import { TableBuilder } from './table-builder.ts'
import {
  commitTable,
  commitTransaction,
  type CommittedTable,
  type TableChange,
  type TableCommit,
} from './table-commit.ts'
import { Transaction } from './transaction.ts'
import { ViewBuilder } from './view-builder.ts'

export interface CommitOperations {
  /**
   * Returns a builder that collects changes of a table and commits them, also after concurrent commits.
   *
   * @example
   * ```ts
   * const table = await catalog.loadTable(orders)
   * await catalog.updateTable(table).setProperties({ owner: 'ann' }).removeProperties(['draft']).commit()
   * ```
   */
  updateTable(table: LoadedTable): TableBuilder
  /** Returns a builder that collects changes of a view and commits them, also after concurrent commits. */
  updateView(view: LoadedView): ViewBuilder
  /** Starts a transaction that commits changes of several tables atomically. */
  transaction(): Transaction
  /**
   * Commits to a table in one request: the server applies all updates if all requirements hold. If the error has
   * `outcomeUnknown`, the commit may have succeeded: keep the files that the commit refers to. After any other error,
   * the commit has changed nothing.
   */
  commitTable(
    identifier: TableIdentifier,
    commit: TableCommit,
    options?: CallOptions,
  ): Promise<CommittedTable>
  /** Commits to several tables in one request: the server changes all of them or none. */
  commitTransaction(changes: readonly TableChange[], options?: CallOptions): Promise<void>
}

export const commitOperations = (session: Session): CommitOperations => ({
  updateTable: (table) => new TableBuilder(session, table),
  updateView: (view) => new ViewBuilder(session, view),
  transaction: () => new Transaction(session),
  commitTable: (identifier, commit, options) => commitTable(session, identifier, commit, options),
  commitTransaction: (changes, options) => commitTransaction(session, changes, options),
})
