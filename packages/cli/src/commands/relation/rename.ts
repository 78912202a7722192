import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { path } from '../../connection/path.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { relationAddress } from '../../names/address.ts'
import { visible } from '../../output/visible.ts'
import { inSession, type Session } from '../../session.ts'
import type { RelationKind } from './kind.ts'

export function registerRename(group: Command, io: Io, kind: RelationKind): void {
  group
    .command('rename')
    .description(`Renames a ${kind}, also into another namespace. Its files do not move.`)
    .argument(`<${kind}>`, 'such as sales.orders')
    .argument('<new-name>', 'full name, such as archive.orders_2025')
    .action(inSession(io, (session, from: string, to: string) => rename(session, kind, from, to)))
}

async function rename(session: Session, kind: RelationKind, from: string, to: string): Promise<void> {
  const source = relationAddress(from, session.warehouse)
  const destination = relationAddress(to, source.warehouse)
  if (source.warehouse !== destination.warehouse) {
    throw new CliError(exitCode.usage, `A ${kind} can be renamed only within its warehouse.`)
  }
  const response = await session.client.send({
    method: 'POST',
    path: path`/v1/${source.warehouse}/${`${kind}s`}/rename`,
    body: {
      source: { namespace: source.namespace, name: source.relation },
      destination: { namespace: destination.namespace, name: destination.relation },
    },
  })
  session.out.result(response, () => visible(`The ${kind} ${from} is now ${to}.`))
}
