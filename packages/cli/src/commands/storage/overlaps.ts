import type { Command } from 'commander'
import { readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import type { OverlappingClaim } from '../../management/generated/schemas.ts'
import { listStorageOverlaps } from '../../management/generated/storage.ts'
import { formatLevels } from '../../names/dotted.ts'
import { limitOption } from '../../options.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'

export function registerOverlaps(group: Command, io: Io): void {
  group
    .command('overlaps')
    .description(
      'Lists locations of the warehouse that overlap with the location of another table, view or warehouse. Such overlaps were created before ' +
        'the server compared physical locations. The tables still work, and a purge does not delete files at a location that two of them claim.',
    )
    .addOption(limitOption())
    .action(
      inSession(io, async (session, { limit }: { readonly limit?: number }) => {
        const { client, warehouse } = session
        const list = await readList(session, {
          key: 'overlaps',
          request: (query) => listStorageOverlaps(client, { warehouse, query }),
          limit,
        })
        showList(session, list, 'overlapping locations', [
          { heading: 'outer', cell: ({ outer }) => formatClaim(outer) },
          { heading: 'location', cell: ({ outer }) => outer.location ?? '' },
          { heading: 'inner', cell: ({ inner }) => formatClaim(inner) },
          { heading: 'location', cell: ({ inner }) => inner.location ?? '' },
        ])
      }),
    )
}

function formatClaim({ kind, warehouse, namespace, name, ownerId, dropped }: OverlappingClaim): string {
  if (warehouse === null) return `${kind} of another warehouse`
  if (kind === 'root' || kind === 'allowed') return `${kind} of ${warehouse}`
  const owner = name === null ? (ownerId ?? kind) : formatLevels([...(namespace ?? []), name])
  return `${warehouse}/${owner}${kind === 'staged' ? ' (staged)' : ''}${dropped === true ? ' (dropped)' : ''}`
}
