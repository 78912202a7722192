import type { Command } from 'commander'
import { readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { listWarehouses } from '../../management/generated/warehouses.ts'
import { limitOption } from '../../options.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'

export function registerList(group: Command, io: Io): void {
  group
    .command('list')
    .description(
      'Lists the warehouses that you may see, with the location and vending mode of those that you manage.',
    )
    .addOption(limitOption())
    .action(
      inSession(io, async (session, { limit }: { readonly limit?: number }) => {
        const listed = await readList(session, {
          key: 'warehouses',
          request: (query) => listWarehouses(session.client, { query }),
          limit,
        })
        showList(session, listed, 'warehouses', [
          { heading: 'name', cell: (row) => row.name },
          { heading: 'kind', cell: (row) => row.kind },
          { heading: 'location', cell: (row) => row.location },
          { heading: 'vending', cell: (row) => row.vending },
          { heading: 'protected', cell: (row) => (row.protected ? 'yes' : 'no') },
        ])
      }),
    )
}
