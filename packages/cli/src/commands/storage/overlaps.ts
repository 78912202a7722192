import type { Command } from 'commander'
import { z } from 'zod'
import { readList } from '../../connection/pages.ts'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { formatLevels } from '../../names/dotted.ts'
import { limitOption } from '../../options.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'

const claim = z.object({
  kind: z.string(),
  warehouse: z.string().nullable(),
  location: z.string().nullable(),
  ownerId: z.string().nullable(),
  namespace: z.array(z.string()).nullable(),
  name: z.string().nullable(),
  dropped: z.boolean().nullable(),
})
type Claim = z.output<typeof claim>
const overlap = z.object({ outer: claim, inner: claim })

export function registerOverlaps(group: Command, io: Io): void {
  group
    .command('overlaps')
    .description(
      'Lists places of the warehouse that overlap with those of another table, view or warehouse, from before the ' +
        'server compared physical places. Such tables are served, and no purge deletes files that two of them claim.',
    )
    .addOption(limitOption())
    .action(
      inSession(io, async (session, { limit }: { readonly limit?: number }) => {
        const list = await readList(session, {
          path: path`/management/v1/warehouses/${session.warehouse}/overlaps`,
          key: 'overlaps',
          item: overlap,
          limit,
        })
        showList(session, list, 'overlapping places', [
          { heading: 'outer', cell: ({ outer }) => label(outer) },
          { heading: 'location', cell: ({ outer }) => outer.location ?? '' },
          { heading: 'inner', cell: ({ inner }) => label(inner) },
          { heading: 'location', cell: ({ inner }) => inner.location ?? '' },
        ])
      }),
    )
}

function label({ kind, warehouse, namespace, name, ownerId, dropped }: Claim): string {
  if (warehouse === null) return `${kind} of another warehouse`
  if (kind === 'root' || kind === 'allowed') return `${kind} of ${warehouse}`
  const shown = name === null ? (ownerId ?? kind) : formatLevels([...(namespace ?? []), name])
  return `${warehouse}/${shown}${kind === 'staged' ? ' (staged)' : ''}${dropped === true ? ' (dropped)' : ''}`
}
