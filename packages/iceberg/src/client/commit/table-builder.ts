import { HeadgateError } from '@headgate/errors'
import { AlreadyExistsError, CommitFailedError } from '../errors/error-classes.ts'
import { loadTable } from '../load-table.ts'
import type { LoadedTable } from '../loaded-table.ts'
import type { CallOptions, Session } from '../session.ts'
import { commitLoop, type CommitOptions } from './commit-loop.ts'
import { TableChanges } from './table-changes.ts'
import { commitTable, type CommittedTable, type TableCommit } from './table-commit.ts'
import { addsSnapshot, isTableCommitVisible } from './table-commit-visible.ts'

/** Collects changes of one table, and commits them. */
export class TableBuilder extends TableChanges {
  readonly #session: Session

  constructor(session: Session, table: LoadedTable) {
    super(table)
    this.#session = session
  }

  /**
   * Commits the collected changes. For a staged table, the commit creates the table.
   *
   * After a conflict with another commit, loads the table and sends the collected changes again, if they are still
   * possible. After a lost response, checks whether the server executed the commit.
   *
   * @returns the table after the commit, with the storage access of the loaded table
   * @throws {CommitFailedError} {AlreadyExistsError} when nothing was changed
   * @throws {CommitStateUnknownError} {IcebergConnectionError} with `outcomeUnknown`: keep the files of the commit
   */
  async commit(options: CommitOptions = {}): Promise<LoadedTable> {
    const session = this.#session
    const { table } = this
    const { identifier } = table
    const { signal, timeoutMs } = options
    const commit = this.compile()
    if (commit.updates.length === 0)
      throw new HeadgateError(
        'bad-request',
        'The commit contains no changes: call a method that adds one, such as setProperties, first',
      )
    const committed = await commitLoop<LoadedTable, TableCommit, CommittedTable>(
      commit,
      {
        clock: session.clock,
        properties: table.metadata.properties,
        send: (each) => this.#send(each, { signal, timeoutMs }),
        reload: () => loadTable(session, identifier, { accessDelegation: [], signal, timeoutMs }),
        rebase: ({ metadata }) => this.rebase(metadata),
        isUnique: ({ updates }) => addsSnapshot(updates),
        findResult: ({ updates }, { metadata, metadataLocation, etag }) =>
          metadataLocation !== null && isTableCommitVisible(updates, metadata)
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
      // If a table with this name exists, some servers send CommitFailedException, and other servers send
      // AlreadyExistsException.
      if (!staged || !(error instanceof CommitFailedError)) throw error
      throw new AlreadyExistsError(error.message, error, { cause: error })
    }
  }
}
