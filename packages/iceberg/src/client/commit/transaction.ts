import { HeadgateError } from '@headgate/errors'
import { loadTable } from '../load-table.ts'
import type { LoadedTable } from '../loaded-table.ts'
import type { Session } from '../session.ts'
import { commitLoop, type CommitOptions } from './commit-loop.ts'
import { TableChanges } from './table-changes.ts'
import { commitTransaction, type TableChange } from './table-commit.ts'
import { addsSnapshot, tableLanded } from './table-landed.ts'

/**
 * Changes several tables at once: all or none.
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

  /** Collects changes to one of the tables. Each table can be taken up once. */
  update(table: LoadedTable): TableChanges {
    if (this.#changes.some((each) => nameOf(each) === nameOf({ table })))
      throw new HeadgateError(
        'bad-request',
        `${table.identifier.name} is in this transaction already: collect all its changes in one place`,
      )
    const changes = new TableChanges(table)
    this.#changes.push(changes)
    return changes
  }

  /** Commits what was collected, as `updateTable` does. The answer of the protocol has no metadata: load what you need. */
  async commit(options: CommitOptions = {}): Promise<void> {
    const session = this.#session
    const { signal, timeoutMs } = options
    const all = this.#changes
    if (all.length === 0)
      throw new HeadgateError('bad-request', 'There is nothing to commit: collect changes first')
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
            ...changes.rebase(at(tables, index).metadata),
          })),
        marked: (changes) => changes.some(({ updates }) => addsSnapshot(updates)),
        landed: (changes, tables) =>
          changes.every(({ updates }, index) => tableLanded(updates, at(tables, index).metadata))
            ? true
            : undefined,
      },
      options,
    )
  }
}

const nameOf = ({ table: { identifier } }: Pick<TableChanges, 'table'>): string =>
  JSON.stringify([identifier.namespace, identifier.name])

/** There is one for each change. */
function at(tables: readonly LoadedTable[], index: number): LoadedTable {
  const table = tables[index]
  if (table === undefined) throw new HeadgateError('internal', `Table ${index} of the transaction is missing`)
  return table
}
