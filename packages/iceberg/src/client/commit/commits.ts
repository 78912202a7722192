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
   * Changes a table: collects changes, and commits them on top of what others commit at the same time.
   *
   * @example
   * ```ts
   * const table = await catalog.loadTable(orders)
   * await catalog.updateTable(table).setProperties({ owner: 'ann' }).removeProperties(['draft']).commit()
   * ```
   */
  updateTable(table: LoadedTable): TableBuilder
  /** Changes a view in the same way. */
  updateView(view: LoadedView): ViewBuilder
  /** Changes several tables at once. */
  transaction(): Transaction
  /**
   * One commit to a table: all updates, if all requirements hold. With `outcomeUnknown` on the error the commit may have
   * been made, so files that it refers to must stay; otherwise it certainly was not.
   */
  commitTable(
    identifier: TableIdentifier,
    commit: TableCommit,
    options?: CallOptions,
  ): Promise<CommittedTable>
  /** One commit to several tables: all of them change, or none does. */
  commitTransaction(changes: readonly TableChange[], options?: CallOptions): Promise<void>
}

export const commitOperations = (session: Session): CommitOperations => ({
  updateTable: (table) => new TableBuilder(session, table),
  updateView: (view) => new ViewBuilder(session, view),
  transaction: () => new Transaction(session),
  commitTable: (identifier, commit, options) => commitTable(session, identifier, commit, options),
  commitTransaction: (changes, options) => commitTransaction(session, changes, options),
})
