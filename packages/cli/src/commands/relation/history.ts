import type { Command } from 'commander'
import { readList } from '../../connection/pages.ts'
import type { Io } from '../../io.ts'
import { listRelationHistory } from '../../management/generated/relations.ts'
import { relationAddress } from '../../names/address.ts'
import { limitOption } from '../../options.ts'
import { inSession, type Session } from '../../session.ts'
import { showList } from '../../show-list.ts'
import { columns } from '../audit/event.ts'
import type { RelationKind } from './kind.ts'

export function registerHistory(group: Command, io: Io, kind: RelationKind): void {
  group
    .command('history')
    .description(
      `Shows who changed a ${kind} and who was refused, newest first, also under its earlier names. You must manage it.`,
    )
    .argument(`<${kind}>`)
    .addOption(limitOption(100))
    .action(inSession(io, history))
}

async function history(session: Session, name: string, { limit }: { readonly limit: number }): Promise<void> {
  const { client, warehouse: usual } = session
  const { warehouse, namespace, relation } = relationAddress(name, usual)
  const listed = await readList(session, {
    key: 'events',
    request: (page) => listRelationHistory(client, { warehouse, query: { namespace, relation, ...page } }),
    limit,
  })
  showList(session, listed, 'events', columns)
}
