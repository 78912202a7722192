import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { formatLevels } from '../../names/dotted.ts'
import { limitOption } from '../../options.ts'
import { formatTime } from '../../output/times.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'
import { olderThanOption, readOrphans } from './orphan.ts'

interface Options {
  readonly olderThan: number
  readonly limit?: number
}

export function registerOrphans(group: Command, io: Io): void {
  group
    .command('orphans')
    .description(
      'Lists tables whose creation was never finished, with the number of their files. `headgate storage clear` deletes them.',
    )
    .addOption(olderThanOption())
    .addOption(limitOption())
    .action(
      inSession(io, async (session, { olderThan, limit }: Options) => {
        showList(session, await readOrphans(session, olderThan, limit), 'unfinished tables', [
          { heading: 'table', cell: (row) => formatLevels([...row.namespace, row.name]) },
          { heading: 'begun', cell: (row) => formatTime(row.createdAt) },
          { heading: 'files', cell: (row) => `${row.files}${row.more ? '+' : ''}`, right: true },
          { heading: 'bytes', cell: (row) => `${row.bytes}${row.more ? '+' : ''}`, right: true },
          { heading: 'location', cell: (row) => row.prefixes.join(' ') },
          { heading: 'id', cell: (row) => row.id },
        ])
      }),
    )
}
