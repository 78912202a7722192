import type { Command } from 'commander'
import { z } from 'zod'
import { readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { limitOption } from '../../options.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'

const brief = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  protected: z.boolean(),
  location: z.string().nullable(),
  vending: z.string().nullable(),
})

export function registerList(group: Command, io: Io): void {
  group
    .command('list')
    .description(
      'Lists the warehouses that you may see; of those that you manage, their place and vending mode.',
    )
    .addOption(limitOption())
    .action(
      inSession(io, async (session, { limit }: { readonly limit?: number }) => {
        const listed = await readList(session, {
          path: '/management/v1/warehouses',
          key: 'warehouses',
          item: brief,
          limit,
        })
        showList(session, listed, 'warehouses', [
          { heading: 'name', cell: (row) => row.name },
          { heading: 'kind', cell: (row) => row.kind },
          { heading: 'location', cell: (row) => row.location },
          { heading: 'vending', cell: (row) => row.vending },
          { heading: 'protected', cell: (row) => (row.protected ? 'yes' : 'no') },
          { heading: 'id', cell: (row) => row.id },
        ])
      }),
    )
}
