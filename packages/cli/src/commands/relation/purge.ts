import type { Command } from 'commander'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { visible } from '../../output/visible.ts'
import { inSession } from '../../session.ts'
import { findDropped } from './find-dropped.ts'
import type { RelationKind } from './kind.ts'

export function registerPurge(group: Command, io: Io, kind: RelationKind): void {
  group
    .command('purge')
    .description(`Deletes the files of a dropped ${kind} now. It cannot be restored any more.`)
    .argument(`<${kind}>`, 'its old name, or its id from `dropped`')
    .action(
      inSession(io, async (session, given: string) => {
        const { warehouse, id } = await findDropped(session, kind, given)
        await session.confirm(`Delete all files of the dropped ${kind} ${given} for good?`)
        const answer = await session.client.send({
          method: 'POST',
          path: path`/management/v1/warehouses/${warehouse}/dropped/${id}/purge`,
        })
        session.out.answer(answer, () => visible(`The files of ${given} are being deleted.`))
      }),
    )
}
