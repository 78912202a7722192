import type { Command } from 'commander'
import { readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { limitOption } from '../../options.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'
import { engine } from './engine.ts'

export function registerList(group: Command, io: Io): void {
  group
    .command('list')
    .description('Lists engines by name.')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, { limit }: { readonly limit?: number }) => {
        const listed = await readList(session, {
          path: '/management/v1/engines',
          key: 'engines',
          item: engine,
          limit,
        })
        showList(session, listed, 'engines', [
          { heading: 'name', cell: (row) => row.name },
          { heading: 'without a user', cell: (row) => row.firstCalls },
          {
            heading: 'acts for',
            cell: (row) => [...new Set(row.subjects.map((rule) => rule.issuer))].join(', ') || 'nobody',
          },
          { heading: 'warehouses', cell: (row) => row.warehouses?.length ?? 'all' },
          { heading: 'enabled', cell: (row) => (row.enabled ? 'yes' : 'no') },
          { heading: 'id', cell: (row) => row.id },
        ])
      }),
    )
}
