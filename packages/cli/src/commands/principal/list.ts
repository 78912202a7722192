import type { Command } from 'commander'
import { readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { listPrincipals } from '../../management/generated/principals.ts'
import { limitOption } from '../../options.ts'
import { formatTime } from '../../output/times.ts'
import { inSession, type Session } from '../../session.ts'
import { showList } from '../../show-list.ts'

interface Options {
  readonly name?: string
  readonly limit?: number
}

export function registerList(group: Command, io: Io): void {
  group
    .command('list')
    .description('Lists principals by name.')
    .option('--name <name>', 'list only principals with exactly this name')
    .addOption(limitOption())
    .action(inSession(io, list))
}

async function list(session: Session, { name, limit }: Options): Promise<void> {
  const listed = await readList(session, {
    key: 'principals',
    request: (page) => listPrincipals(session.client, { query: { name, ...page } }),
    limit,
  })
  showList(session, listed, 'principals', [
    { heading: 'name', cell: (row) => row.name },
    { heading: 'kind', cell: (row) => row.kind },
    {
      heading: 'enabled',
      cell: (row) => (row.enabled ? 'yes' : 'no'),
      paint: (row) => (row.enabled ? null : 'yellow'),
    },
    { heading: 'issuer', cell: (row) => row.issuer },
    { heading: 'created', cell: (row) => formatTime(row.createdAt) },
    // Users of other issuers are named ISSUER#SUBJECT in commands, because their names are not unique.
    { heading: 'subject', cell: (row) => (row.issuer === 'headgate' ? null : row.subject) },
  ])
}
