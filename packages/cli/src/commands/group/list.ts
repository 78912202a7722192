import type { Command } from 'commander'
import { z } from 'zod'
import { readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { formatGrantee } from '../../names/grantee.ts'
import { limitOption } from '../../options.ts'
import { moment } from '../../output/times.ts'
import { inSession } from '../../session.ts'
import { showList } from '../../show-list.ts'

interface Options {
  readonly issuer?: string
  readonly limit?: number
}

const group = z.object({
  id: z.string(),
  issuer: z.string(),
  name: z.string(),
  members: z.number(),
  issuerConfigured: z.boolean(),
  createdAt: z.string(),
})

function nameOf({ id, issuer, name, issuerConfigured }: z.output<typeof group>): string {
  return formatGrantee({ kind: 'group', id, name: `${issuer}#${name}`, issuerConfigured })
}

export function registerList(command: Command, io: Io): void {
  command
    .command('list')
    .description(
      'Lists groups by issuer and name: those that tokens told of, and those that were given something.',
    )
    .option('--issuer <url>', 'only those of this issuer')
    .addOption(limitOption())
    .action(
      inSession(io, async (session, { issuer, limit }: Options) => {
        const listed = await readList(session, {
          path: '/management/v1/groups',
          query: { issuer },
          key: 'groups',
          item: group,
          limit,
        })
        showList(session, listed, 'groups', [
          { heading: 'group', cell: (row) => nameOf(row) },
          { heading: 'members', cell: (row) => String(row.members) },
          { heading: 'since', cell: (row) => moment(row.createdAt) },
          { heading: 'id', cell: (row) => row.id },
        ])
      }),
    )
}
