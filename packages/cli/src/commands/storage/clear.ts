import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { clearAbandonedCreate } from '../../management/generated/storage.ts'
import { table } from '../../output/table.ts'
import { inSession, type Session } from '../../session.ts'
import { olderThanOption, readOrphans } from './orphan.ts'

interface Options {
  readonly olderThan: number
  readonly all?: boolean
}

export function registerClear(group: Command, io: Io): void {
  group
    .command('clear')
    .description('Deletes the files and the records of tables whose creation was never finished.')
    .argument('[id...]', 'ids from `headgate storage orphans`')
    .option('--all', 'clear all that `headgate storage orphans` lists')
    .addOption(olderThanOption())
    .action(inSession(io, clear))
}

async function clear(session: Session, named: readonly string[], { olderThan, all }: Options): Promise<void> {
  if ((all === true) === named.length > 0)
    throw new CliError(
      exitCode.usage,
      'The command needs either ids of abandoned creates or --all. `headgate storage orphans` lists the ids.',
    )
  const { out, warehouse } = session
  const ids = all === true ? (await readOrphans(session, olderThan)).items.map(({ id }) => id) : named
  if (ids.length > 0)
    await session.confirm(`Delete the files of ${ids.length} unfinished tables of ${warehouse}?`)
  let total = 0
  const cleared: { readonly id: string; readonly deleted: number }[] = []
  for (const id of ids) {
    const deleted = await clearOne(session, id, olderThan, (deleted) =>
      out.progress(`${cleared.length} of ${ids.length} cleared, ${total + deleted} files deleted …`),
    )
    total += deleted
    cleared.push({ id, deleted })
  }
  out.result({ json: { cleared: cleared.map((each) => ({ ...each })) } }, (paint) =>
    cleared.length === 0
      ? ''
      : table(paint, cleared, [
          { heading: 'cleared', cell: ({ id }) => id },
          { heading: 'files deleted', cell: ({ deleted }) => deleted, right: true },
        ]),
  )
  if (cleared.length === 0) out.note('There are no unfinished tables to clear.')
}

/**
 * Repeats the request to delete the files of an unfinished table until no file is left. Returns the number of deleted
 * files.
 */
async function clearOne(
  { client, warehouse }: Session,
  id: string,
  olderThanSeconds: number,
  onProgress: (deleted: number) => void,
): Promise<number> {
  let total = 0
  for (;;) {
    onProgress(total)
    const { deleted, done } = (
      await clearAbandonedCreate(client, { warehouse, id, query: { olderThanSeconds } })
    ).body
    total += deleted
    if (done) return total
  }
}
