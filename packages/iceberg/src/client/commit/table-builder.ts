import { HeadgateError } from '@headgate/errors'
import { AlreadyExistsError, CommitFailedError } from '../errors/error-classes.ts'
import { loadTable } from '../load-table.ts'
import type { LoadedTable } from '../loaded-table.ts'
import type { CallOptions, Session } from '../session.ts'
import { commitLoop, type CommitOptions } from './commit-loop.ts'
import { TableChanges } from './table-changes.ts'
import { commitTable, type CommittedTable, type TableCommit } from './table-commit.ts'
import { addsSnapshot, tableLanded } from './table-landed.ts'

/** Collects changes to one table, and commits them. */
export class TableBuilder extends TableChanges {
  readonly #session: Session

  constructor(session: Session, table: LoadedTable) {
    super(table)
    this.#session = session
  }

  /**
   * Commits what was collected; a staged table is created with it.
   *
   * When others commit at the same time, it is tried again on top of what they did, as far as what was collected allows
   * it. When the answer is lost, it looks whether the commit was made.
   *
   * @returns the table after the commit, with the access to storage that it was loaded with
   * @throws {CommitFailedError} {AlreadyExistsError} nothing was changed
   * @throws {CommitStateUnknownError} {IcebergConnectionError} with `outcomeUnknown`: its files must stay
   */
  async commit(options: CommitOptions = {}): Promise<LoadedTable> {
    const session = this.#session
    const { table } = this
    const { identifier } = table
    const { signal, timeoutMs } = options
    const commit = this.compile()
    if (commit.updates.length === 0)
      throw new HeadgateError('bad-request', 'There is nothing to commit: collect changes first')
    const committed = await commitLoop<LoadedTable, TableCommit, CommittedTable>(
      commit,
      {
        clock: session.clock,
        properties: table.metadata.properties,
        send: (each) => this.#send(each, { signal, timeoutMs }),
        reload: () => loadTable(session, identifier, { accessDelegation: [], signal, timeoutMs }),
        rebase: ({ metadata }) => this.rebase(metadata),
        marked: ({ updates }) => addsSnapshot(updates),
        landed: ({ updates }, { metadata, metadataLocation, etag }) =>
          metadataLocation !== null && tableLanded(updates, metadata)
            ? { metadata, metadataLocation, etag }
            : undefined,
      },
      options,
    )
    return { ...table, ...committed, staged: false }
  }

  async #send(commit: TableCommit, options: CallOptions): Promise<CommittedTable> {
    const { identifier, staged } = this.table
    try {
      return await commitTable(this.#session, identifier, commit, options)
    } catch (error) {
      // Servers differ in what they call it.
      if (!staged || !(error instanceof CommitFailedError)) throw error
      throw new AlreadyExistsError(error.message, error, { cause: error })
    }
  }
}
