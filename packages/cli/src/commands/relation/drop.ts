import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { relationAddress } from '../../names/address.ts'
import { formatLevels } from '../../names/dotted.ts'
import { visible } from '../../output/visible.ts'
import { inSession, type Session } from '../../session.ts'
import { type RelationKind, relationPath } from './kind.ts'

interface Options {
  readonly purge?: boolean
}

export function registerDrop(group: Command, io: Io, kind: RelationKind): void {
  const command = group
    .command('drop')
    .description(
      `Drops a ${kind}. \`headgate ${kind} restore\` restores it during the retention of the warehouse.`,
    )
    .argument(`<${kind}>`, 'such as sales.orders')
  if (kind === 'table')
    command.option('--purge', 'delete its files after the retention; by default they remain')
  command.action(
    inSession(io, async (session, name: string, { purge = false }: Options) =>
      drop(session, kind, name, purge),
    ),
  )
}

async function drop(session: Session, kind: RelationKind, name: string, purge: boolean): Promise<void> {
  const address = relationAddress(name, session.warehouse)
  const label = `${formatLevels([...address.namespace, address.relation])} of ${address.warehouse}`
  await session.confirm(
    `Drop the ${kind} ${label}${purge ? ', and delete its files after the retention' : ''}?`,
  )
  const response = await session.client.send({
    method: 'DELETE',
    path: relationPath(kind, address),
    query: { purgeRequested: purge ? 'true' : undefined },
  })
  session.out.result(response, () => visible(`The ${kind} ${label} is dropped.`))
  session.out.note(`\`headgate ${kind} dropped\` shows how long it can be restored.`)
}
