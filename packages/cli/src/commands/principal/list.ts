import type { Command } from 'commander'
import { readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { limitOption } from '../../options.ts'
import { moment } from '../../output/times.ts'
import { inSession, type Session } from '../../session.ts'
import { showList } from '../../show-list.ts'
import { principal } from './principal.ts'

interface Options {
  readonly name?: string
  readonly limit?: number
}

export function registerList(group: Command, io: Io): void {
  group
    .command('list')
    .description('Lists principals by name.')
    .option('--name <name>', 'only those of exactly this name')
    .addOption(limitOption())
    .action(inSession(io, list))
}

async function list(session: Session, { name, limit }: Options): Promise<void> {
  const listed = await readList(session, {
    path: '/management/v1/principals',
    query: { name },
    key: 'principals',
    item: principal,
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
    { heading: 'created', cell: (row) => moment(row.createdAt) },
    { heading: 'id', cell: (row) => row.id },
  ])
}
