import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { readList } from '../../connection/pages.ts'
import { listRoles } from '../../management/generated/roles.ts'
import { limitOption } from '../../options.ts'
import { formatTime } from '../../output/times.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'

interface Options {
  readonly name?: string
  readonly limit?: number
}

export function registerList(group: Command, io: Io): void {
  group
    .command('list')
    .description('Lists roles by name.')
    .option('--name <name>', 'list only the role with this name')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, { name, limit }: Options) => {
        const listed = await readList(session, {
          key: 'roles',
          request: (page) => listRoles(session.client, { query: { name, ...page } }),
          limit,
        })
        showList(session, listed, 'roles', [
          { heading: 'name', cell: (row) => row.name },
          { heading: 'made by', cell: (row) => (row.system ? 'the server' : 'people') },
          { heading: 'created', cell: (row) => formatTime(row.createdAt) },
        ])
      }),
    )
}
