import type { Command } from 'commander'
import { path } from '../../connection/path.ts'
import type { Io } from '../../io.ts'
import { inSession } from '../../session.ts'

export function registerDelete(group: Command, io: Io): void {
  group
    .command('delete')
    .description('Deletes a principal with its secrets, memberships and grants. What it owns stays.')
    .argument('<principal>', 'its id, or the client id')
    .action(
      inSession(io, async ({ client, confirm, out }, name: string) => {
        await confirm(`Delete the principal ${name} with its memberships and grants?`)
        const answer = await client.send({ method: 'DELETE', path: path`/management/v1/principals/${name}` })
        out.answer(answer, () => `The principal ${name} is deleted.`)
      }),
    )
}
