import type { Command } from 'commander'
import { readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { listGroups } from '../../management/generated/groups.ts'
import type { Group } from '../../management/generated/schemas.ts'
import { formatGrantee } from '../../names/grantee.ts'
import { limitOption } from '../../options.ts'
import { formatTime } from '../../output/times.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'

interface Options {
  readonly issuer?: string
  readonly limit?: number
}

export function registerList(group: Command, io: Io): void {
  group
    .command('list')
    .description(
      'Lists groups by issuer and name: groups that tokens contained, and groups that have grants.',
    )
    .option('--issuer <url>', 'list only groups of this issuer')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, { issuer, limit }: Options) => {
        const listed = await readList(session, {
          key: 'groups',
          request: (page) => listGroups(session.client, { query: { issuer, ...page } }),
          limit,
        })
        showList(session, listed, 'groups', [
          { heading: 'group', cell: formatGroup },
          { heading: 'members', cell: (row) => String(row.members) },
          { heading: 'since', cell: (row) => formatTime(row.createdAt) },
        ])
      }),
    )
}

function formatGroup({ id, issuer, name, issuerConfigured }: Group): string {
  return formatGrantee({ kind: 'group', id, name: `${issuer}#${name}`, issuerConfigured })
}
