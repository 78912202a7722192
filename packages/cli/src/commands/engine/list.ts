import type { Command } from 'commander'
import { readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { listEngines } from '../../management/generated/engines.ts'
import { limitOption } from '../../options.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'

export function registerList(group: Command, io: Io): void {
  group
    .command('list')
    .description('Lists engines by name.')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, { limit }: { readonly limit?: number }) => {
        const listed = await readList(session, {
          key: 'engines',
          request: (query) => listEngines(session.client, { query }),
          limit,
        })
        showList(session, listed, 'engines', [
          { heading: 'name', cell: (row) => row.name },
          { heading: 'without a user', cell: (row) => row.firstCalls },
          {
            heading: 'acts for',
            cell: (row) => [...new Set(row.subjects.map((rule) => rule.issuer))].join(', ') || 'no user',
          },
          { heading: 'warehouses', cell: (row) => row.warehouses?.length ?? 'all' },
          { heading: 'enabled', cell: (row) => (row.enabled ? 'yes' : 'no') },
        ])
      }),
    )
}
