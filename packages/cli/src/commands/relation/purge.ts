import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { purgeDropped } from '../../management/generated/dropped.ts'
import { visible } from '../../output/visible.ts'
import { inSession } from '../../session.ts'
import { findDropped } from './find-dropped.ts'
import type { RelationKind } from './kind.ts'

export function registerPurge(group: Command, io: Io, kind: RelationKind): void {
  group
    .command('purge')
    .description(`Deletes the files of a dropped ${kind} now. It can no longer be restored.`)
    .argument(`<${kind}>`, 'old name, or id from `dropped`')
    .action(
      inSession(io, async (session, name: string) => {
        const { warehouse, id } = await findDropped(session, kind, name)
        await session.confirm(`Delete all files of the dropped ${kind} ${name} permanently?`)
        const response = await purgeDropped(session.client, { warehouse, id })
        session.out.result(response, () => visible(`The files of ${name} are being deleted.`))
      }),
    )
}
