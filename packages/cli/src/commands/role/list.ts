import type { Command } from 'commander'
import { readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { limitOption } from '../../options.ts'
import { moment } from '../../output/times.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'
import { role } from './role.ts'

interface Options {
  readonly name?: string
  readonly limit?: number
}

export function registerList(group: Command, io: Io): void {
  group
    .command('list')
    .description('Lists roles by name.')
    .option('--name <name>', 'only the one of exactly this name')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, { name, limit }: Options) => {
        const listed = await readList(session, {
          path: '/management/v1/roles',
          query: { name },
          key: 'roles',
          item: role,
          limit,
        })
        showList(session, listed, 'roles', [
          { heading: 'name', cell: (row) => row.name },
          { heading: 'made by', cell: (row) => (row.system ? 'the server' : 'people') },
          { heading: 'created', cell: (row) => moment(row.createdAt) },
          { heading: 'id', cell: (row) => row.id },
        ])
      }),
    )
}
