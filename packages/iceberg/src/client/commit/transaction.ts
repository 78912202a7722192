import { HeadgateError } from '@headgate/errors'
import { loadTable } from '../load-table.ts'
import type { LoadedTable } from '../loaded-table.ts'
import type { Session } from '../session.ts'
import { commitLoop, type CommitOptions } from './commit-loop.ts'
import { TableChanges } from './table-changes.ts'
import { commitTransaction, type TableChange } from './table-commit.ts'
import { addsSnapshot, isTableCommitVisible } from './table-commit-visible.ts'

/**
 * Collects changes of several tables and commits them atomically.
 *
 * @example
 * ```ts
 * const transaction = catalog.transaction()
 * transaction.update(await catalog.loadTable(orders)).setProperties({ owner: 'ann' })
 * transaction.update(await catalog.loadTable(items)).addColumn('price', 'decimal(9,2)')
 * await transaction.commit()
 * ```
 */
export class Transaction {
  readonly #session: Session
  readonly #changes: TableChanges[] = []

  constructor(session: Session) {
    this.#session = session
  }

  /**
   * Adds a table to the transaction, and returns the object that collects the changes of this table.
   *
   * @throws {HeadgateError} bad-request, for a table that the transaction contains
   */
  update(table: LoadedTable): TableChanges {
    if (this.#changes.some((each) => toKey(each) === toKey({ table })))
      throw new HeadgateError(
        'bad-request',
        `Table ${table.identifier.name} is already in this transaction: add all its changes to the first collection`,
      )
    const changes = new TableChanges(table)
    this.#changes.push(changes)
    return changes
  }

  /**
   * Commits the collected changes. Handles conflicts and lost responses like `updateTable`. The response of the
   * server contains no metadata: load the tables again if you need their new state.
   */
  async commit(options: CommitOptions = {}): Promise<void> {
    const session = this.#session
    const { signal, timeoutMs } = options
    const all = this.#changes
    if (all.length === 0)
      throw new HeadgateError(
        'bad-request',
        'The transaction contains no changes: add a table with update() first',
      )
    await commitLoop<readonly LoadedTable[], readonly TableChange[], true>(
      all.map((changes) => ({ identifier: changes.table.identifier, ...changes.compile() })),
      {
        clock: session.clock,
        properties: all[0]?.table.metadata.properties ?? {},
        send: async (changes) => {
          await commitTransaction(session, changes, { signal, timeoutMs })
          return true
        },
        reload: () =>
          Promise.all(
            all.map(({ table: { identifier } }) =>
              loadTable(session, identifier, { accessDelegation: [], signal, timeoutMs }),
            ),
          ),
        rebase: (tables) =>
          all.map((changes, index) => ({
            identifier: changes.table.identifier,
            ...changes.rebase(tableAt(tables, index).metadata),
          })),
        isUnique: (changes) => changes.some(({ updates }) => addsSnapshot(updates)),
        findResult: (changes, tables) =>
          changes.every(({ updates }, index) =>
            isTableCommitVisible(updates, tableAt(tables, index).metadata),
          )
            ? true
            : undefined,
      },
      options,
    )
  }
}

const toKey = ({ table: { identifier } }: Pick<TableChanges, 'table'>): string =>
  JSON.stringify([identifier.namespace, identifier.name])

/** Returns the loaded table that belongs to the table change with this index. */
function tableAt(tables: readonly LoadedTable[], index: number): LoadedTable {
  const table = tables[index]
  if (table === undefined)
    throw new HeadgateError('internal', `Table ${index} of the transaction was not loaded`)
  return table
}
